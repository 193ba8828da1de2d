import type { Migration } from './migration.ts'

/** Where memories lie on the map of meanings. Layouts and places of theirs can be made again from the vectors at any time. */
export const map: Migration = {
  version: 6,
  sql: `
    CREATE TABLE map_layouts (
      id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      model_id BIGINT NOT NULL REFERENCES embedding_models (id) ON DELETE CASCADE,
      state TEXT NOT NULL CHECK (state IN ('building', 'current', 'old')),
      fitted INTEGER NOT NULL,
      landmarks INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX map_layouts_current ON map_layouts (state) WHERE state = 'current';
    CREATE TABLE map_places (
      layout_id BIGINT NOT NULL REFERENCES map_layouts (id) ON DELETE CASCADE,
      memory_seq BIGINT NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
      x INTEGER NOT NULL,
      y INTEGER NOT NULL,
      content_version INTEGER NOT NULL,
      is_landmark INTEGER NOT NULL,
      PRIMARY KEY (layout_id, memory_seq)
    );
    CREATE INDEX map_places_memory ON map_places (memory_seq);
    CREATE INDEX map_places_landmark ON map_places (layout_id) WHERE is_landmark = 1;
  `,
}
