import { MAP_EXTENT } from '../../../src-main/contract/map-limits.ts'
import type { MapView, Size } from '../../model/map/map-view.ts'
import { FRAGMENT_SHADER, VERTEX_SHADER } from './point-shaders.ts'

export type Rgba = readonly [number, number, number, number]

/** What the picture is painted with: colours by number, and those of dimmed points and of the ring of chosen ones. */
export interface Paint {
  readonly palette: readonly Rgba[]
  readonly dimmed: Rgba
  readonly outline: Rgba
}

const STYLE_BYTES = 4
const UNIFORMS = ['origin', 'scale', 'size', 'palette', 'dimmed', 'outline', 'pixels', 'highlight'] as const
type Uniform = (typeof UNIFORMS)[number]

/**
 * Draws points with WebGL 2, all in one call. Own code, for the libraries that do it build functions from text, which the page's policy
 * forbids, or weigh more than the rest of the page.
 */
export class PointRenderer {
  readonly #gl: WebGL2RenderingContext
  readonly #uniforms: Readonly<Record<Uniform, WebGLUniformLocation | null>>
  readonly #places: WebGLBuffer
  readonly #styles: WebGLBuffer
  #count = 0

  /** Undefined where the browser draws no WebGL 2. */
  static on(canvas: HTMLCanvasElement): PointRenderer | undefined {
    const gl = canvas.getContext('webgl2', { antialias: false, alpha: true, premultipliedAlpha: true, powerPreference: 'low-power' })
    return gl && !gl.isContextLost() ? new PointRenderer(gl) : undefined
  }

  private constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl
    const program = link(gl)
    gl.useProgram(program)
    this.#uniforms = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)])) as Record<
      Uniform,
      WebGLUniformLocation | null
    >
    this.#places = gl.createBuffer()
    this.#styles = gl.createBuffer()
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#places)
    gl.enableVertexAttribArray(0)
    gl.vertexAttribPointer(0, 2, gl.UNSIGNED_SHORT, true, 0, 0)
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#styles)
    gl.enableVertexAttribArray(1)
    gl.vertexAttribIPointer(1, STYLE_BYTES, gl.UNSIGNED_BYTE, 0, 0)
    gl.enable(gl.DEPTH_TEST)
    gl.depthFunc(gl.LEQUAL)
    gl.enable(gl.BLEND)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
    gl.clearColor(0, 0, 0, 0)
  }

  /** Two numbers for each point. */
  setPlaces(places: Uint16Array): void {
    this.#count = places.length / 2
    this.#gl.bindBuffer(this.#gl.ARRAY_BUFFER, this.#places)
    this.#gl.bufferData(this.#gl.ARRAY_BUFFER, places, this.#gl.STATIC_DRAW)
  }

  /** Four numbers for each point: colour, shape, what it is, group. */
  setStyles(styles: Uint8Array): void {
    this.#gl.bindBuffer(this.#gl.ARRAY_BUFFER, this.#styles)
    this.#gl.bufferData(this.#gl.ARRAY_BUFFER, styles, this.#gl.DYNAMIC_DRAW)
  }

  setPaint({ palette, dimmed, outline }: Paint): void {
    this.#gl.uniform4fv(this.#uniforms.palette, palette.flat())
    this.#gl.uniform4fv(this.#uniforms.dimmed, [...dimmed])
    this.#gl.uniform4fv(this.#uniforms.outline, [...outline])
  }

  /** `pointSize` in CSS pixels; `highlight`: the one group that is not dimmed, if there is one; `ratio`: device pixels per CSS pixel. */
  draw(
    view: MapView,
    size: Size,
    { pointSize, highlight, ratio }: { readonly pointSize: number; readonly highlight: number | undefined; readonly ratio: number },
  ): void {
    const gl = this.#gl
    this.#resize(Math.round(size.width * ratio), Math.round(size.height * ratio))
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT)
    const unit = view.scale * MAP_EXTENT
    gl.uniform2f(this.#uniforms.origin, view.x / MAP_EXTENT, view.y / MAP_EXTENT)
    gl.uniform2f(this.#uniforms.scale, (2 * unit) / size.width, (2 * unit) / size.height)
    gl.uniform1f(this.#uniforms.size, pointSize * ratio)
    gl.uniform1f(this.#uniforms.pixels, pointSize * ratio)
    gl.uniform1f(this.#uniforms.highlight, highlight ?? -1)
    gl.drawArrays(gl.POINTS, 0, this.#count)
  }

  #resize(width: number, height: number): void {
    const { canvas } = this.#gl
    if (canvas.width !== width) canvas.width = width
    if (canvas.height !== height) canvas.height = height
    this.#gl.viewport(0, 0, width, height)
  }
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram()
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX_SHADER],
    [gl.FRAGMENT_SHADER, FRAGMENT_SHADER],
  ] as const) {
    const shader = gl.createShader(kind)
    if (!shader) throw new Error('The browser makes no shader.')
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  // A context that is lost links nothing, and comes back by itself.
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(gl.getProgramInfoLog(program) ?? 'The shaders do not fit together.')
  return program
}
