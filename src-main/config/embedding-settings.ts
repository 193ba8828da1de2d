import { setting } from './setting.ts'
import { choice, integer, quotable, text } from './setting-kinds.ts'

/** Where vectors come from. The key is its name in the settings file. */
export const EMBEDDING_SETTINGS = {
  embedding_provider: setting(
    'TMWS_EMBEDDING_PROVIDER',
    choice('local', 'openai', 'ollama', 'off', 'hash'),
    'local',
    'local: a model on this machine; openai: a server with /v1/embeddings; ollama; off: search by words only; hash: for tests',
  ),
  embedding_model: setting(
    'TMWS_EMBEDDING_MODEL',
    text('a folder (/..., ./...), a Hugging Face id such as intfloat/multilingual-e5-small, or a name that the server knows'),
    undefined,
    'model; default with local: the built-in all-MiniLM-L6-v2; a change embeds everything anew in the background',
  ),
  embedding_model_file: setting(
    'TMWS_EMBEDDING_MODEL_FILE',
    text('a path within the model such as onnx/model_quantized.onnx', /^(?!.*(^|[/\\])\.\.([/\\]|$))[\w.-][\w./-]*\.onnx$/),
    undefined,
    'ONNX graph of a local model; default onnx/model.onnx, or else the only one there is',
  ),
  embedding_hub_url: setting(
    'TMWS_EMBEDDING_HUB_URL',
    text('an address that begins with http:// or https://', /^https?:\/\/[^@\s]+$/),
    'https://huggingface.co',
    'where a local model given by its id is downloaded from',
  ),
  embedding_url: setting(
    'TMWS_EMBEDDING_URL',
    text('an address that begins with http:// or https://', /^https?:\/\/\S+$/),
    undefined,
    'address of the embedding server, such as https://api.openai.com/v1; default with ollama: http://127.0.0.1:11434',
  ),
  embedding_api_key: setting(
    'TMWS_EMBEDDING_API_KEY',
    text('letters, digits and signs without spaces', /^[\x21-\x7e]+$/),
    undefined,
    'key of the embedding server, or of the model hub',
    { isSecret: true },
  ),
  embedding_dimensions: setting(
    'TMWS_EMBEDDING_DIMENSIONS',
    integer(8, 8192),
    undefined,
    'numbers in a vector, of models of a server that can give fewer than they have',
  ),
  embedding_query_prefix: setting(
    'TMWS_EMBEDDING_QUERY_PREFIX',
    quotable,
    undefined,
    'words put before each question; default what the model is known to need',
  ),
  embedding_text_prefix: setting(
    'TMWS_EMBEDDING_TEXT_PREFIX',
    quotable,
    undefined,
    'words put before each memory; default what the model is known to need',
  ),
  embedding_timeout: setting(
    'TMWS_EMBEDDING_TIMEOUT',
    integer(1, 600, 'seconds'),
    30,
    'seconds that one request to the embedding server may take',
  ),
  embedding_batch_size: setting('TMWS_EMBEDDING_BATCH_SIZE', integer(1, 2048), 64, 'texts in one request to the embedding server'),
} as const
