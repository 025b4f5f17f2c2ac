/**
 * Draws a slice of CT and mask, in place of the shader of NiiVue, which has the outline of a mask as one with its opacity in 3-D.
 * The outline is as wide as wanted in pixels of the screen at any zoom, and lies on the mask's side of its edge. Uniforms are
 * named as NiiVue sets them, each in a declaration of its own: of several in one, NiiVue finds the last alone.
 */
export const MASK_SHADER = `#version 300 es
precision highp int;
precision highp float;
uniform highp sampler3D volume;
uniform highp sampler3D drawing;
uniform float opacity;
/** Pixels; 0 for no outline. */
uniform float overlayOutlineWidth;
/** Of the inside of the mask. */
uniform float overlayAlphaShader;
in vec3 texPos;
out vec4 color;

bool inside(vec3 at) {
  return texture(drawing, at).r > 0.0;
}

void main() {
  color = vec4(texture(volume, texPos).rgb, opacity);
  vec3 x = dFdx(texPos) * overlayOutlineWidth;
  vec3 y = dFdy(texPos) * overlayOutlineWidth;
  if (!inside(texPos)) return;
  bool enclosed = inside(texPos + x) && inside(texPos - x) && inside(texPos + y) && inside(texPos - y);
  vec3 x2 = 0.7 * x, y2 = 0.7 * y;
  enclosed = enclosed && inside(texPos + x2 + y2) && inside(texPos - x2 + y2)
    && inside(texPos + x2 - y2) && inside(texPos - x2 - y2);
  color.rgb = mix(color.rgb, vec3(1.0, 0.22, 0.22), enclosed ? overlayAlphaShader : 1.0);
}`;
