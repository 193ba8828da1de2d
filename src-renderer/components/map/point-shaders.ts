/** A point is a square of pixels in which the fragment shader draws a shape. */

/** `style`: number of the colour, number of the shape, and what it is: 0 dimmed, 1 plain, 2 chosen. */
export const VERTEX_SHADER = `#version 300 es
layout(location = 0) in vec2 place;
layout(location = 1) in uvec4 style;
uniform vec2 origin;
uniform vec2 scale;
uniform float size;
uniform vec4 palette[24];
uniform vec4 dimmed;
uniform float highlight;
out vec4 color;
flat out uint shape;
flat out uint state;
void main() {
  uint lit = style.z;
  if (highlight >= 0.0 && uint(highlight) != style.w) lit = 0u;
  float depth = lit == 0u ? 0.8 : lit == 1u ? 0.4 : 0.1;
  gl_Position = vec4((place - origin) * scale, depth, 1.0);
  gl_PointSize = size * (lit == 2u ? 1.15 : lit == 0u ? 0.8 : 1.0) * (style.y == 0u ? 1.0 : 1.12);
  color = lit == 0u ? dimmed : palette[style.x];
  shape = style.y;
  state = lit;
}`

export const FRAGMENT_SHADER = `#version 300 es
precision mediump float;
in vec4 color;
flat in uint shape;
flat in uint state;
uniform vec4 outline;
uniform float pixels;
out vec4 result;
void main() {
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  float edge;
  if (shape == 0u) edge = length(at);
  else if (shape == 1u) edge = max(abs(at.x), abs(at.y)) * 1.2;
  else if (shape == 2u) edge = abs(at.x) + abs(at.y);
  else edge = max(at.y * 1.15, abs(at.x) * 1.25 - at.y * 0.55 + 0.1);
  float soft = 2.0 / pixels;
  float inside = 1.0 - smoothstep(1.0 - soft, 1.0, edge);
  if (inside <= 0.01) discard;
  float ring = smoothstep(1.0 - 2.6 * soft, 1.0 - 1.6 * soft, edge);
  vec3 fill = mix(color.rgb, mix(color.rgb, outline.rgb, 0.3), ring * (state == 2u ? 1.0 : state == 1u ? 0.35 : 0.0));
  result = vec4(fill * color.a * inside, color.a * inside);
}`
