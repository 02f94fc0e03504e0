export const VERTEX = `#version 300 es
layout(location = 0) in vec2 a_position;
layout(location = 1) in float a_heading;
layout(location = 2) in float a_shape;
layout(location = 3) in float a_size;
out float v_size;
flat out float v_heading;
flat out int v_shape;
flat out int v_selected;
void main() {
  gl_Position = vec4(a_position, 0.0, 1.0);
  gl_PointSize = a_size;
  v_size = a_size;
  v_heading = a_heading;
  int shape = int(a_shape + 0.5);
  v_selected = shape / 4;
  v_shape = shape % 4;
}`;

/** The point is twice as wide as the vehicle, to leave room for the ring of the selected one. */
export const FRAGMENT = `#version 300 es
precision highp float;
in float v_size;
flat in float v_heading;
flat in int v_shape;
flat in int v_selected;
uniform vec3 u_moving;
uniform vec3 u_stopped;
uniform vec3 u_silent;
uniform vec3 u_rim;
uniform vec3 u_accent;
out vec4 colour;

float edge(vec2 p, vec2 a, vec2 b) {
  vec2 e = b - a;
  return length(p - a - e * clamp(dot(p - a, e) / dot(e, e), 0.0, 1.0));
}

// Distance to an arrow head with a notch; negative inside.
float arrow(vec2 p) {
  p.x = abs(p.x);
  vec2 tip = vec2(0.0, -0.92);
  vec2 wing = vec2(0.66, 0.74);
  vec2 notch = vec2(0.0, 0.42);
  float d = min(edge(p, tip, wing), edge(p, wing, notch));
  float right = (wing.x - tip.x) * (p.y - tip.y) - (wing.y - tip.y) * (p.x - tip.x);
  float below = (notch.x - wing.x) * (p.y - wing.y) - (notch.y - wing.y) * (p.x - wing.x);
  return right > 0.0 && below > 0.0 ? -d : d;
}

vec4 over(vec4 top, vec4 under) {
  return top + under * (1.0 - top.a);
}

void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * 2.0;
  float px = 4.0 / v_size;
  vec4 result = vec4(0.0);
  float r = length(p);
  if (v_selected == 1) {
    float disc = 1.0 - smoothstep(1.7 - px, 1.7, r);
    float ring = (1.0 - smoothstep(1.9 - px, 1.9, r)) * smoothstep(1.62 - px, 1.62, r);
    result = over(vec4(u_accent, 1.0) * ring, vec4(u_accent, 1.0) * (disc * 0.2));
  }
  float s = sin(-v_heading);
  float c = cos(-v_heading);
  vec2 q = vec2(c * p.x - s * p.y, s * p.x + c * p.y);
  float d = v_shape == 2 ? arrow(q) - 0.06 : r - 0.66;
  vec3 fill = v_shape == 2 ? u_moving : (v_shape == 1 ? u_stopped : u_silent);
  float rim = 1.0 - smoothstep(0.16, 0.16 + px, d);
  float body = 1.0 - smoothstep(-px, 0.0, d);
  float shadow = (1.0 - smoothstep(0.1, 0.55, d)) * 0.18;
  result = over(vec4(0.0, 0.0, 0.0, shadow), result);
  result = over(vec4(u_rim, 1.0) * rim, result);
  result = over(vec4(fill, 1.0) * body, result);
  if (v_shape == 0) {
    float hole = 1.0 - smoothstep(0.3 - px, 0.3, r);
    result = over(vec4(u_rim, 1.0) * hole, result);
  }
  colour = result;
}`;

export function compile(
  gl: WebGL2RenderingContext,
  vertex: string,
  fragment: string,
): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`the vehicles cannot be drawn: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
