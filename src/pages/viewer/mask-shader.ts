/**
 * Draws a slice of CT and mask, in place of the shader of NiiVue. That has a rim of a mask (`drawRimOpacity`), but of one pixel
 * of the screen, and one opacity (`drawOpacity`) of its inside in slices and of the tumour in 3-D: where a contour leaves the slice
 * free, the tumour is gone from 3-D. Here the contour is as wide as wanted at any zoom, on the mask's side of its edge.
 *
 * It runs for each pixel of a slice. `texPos` is where that lies in the volume, 0..1 along its axes, and `dFdx` and `dFdy` are the
 * steps to the next pixel to the right and upwards. Uniforms are named as NiiVue sets them, each in a declaration of its own: of
 * several in one, NiiVue finds the last alone.
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
  // Before any return: where pixels go different ways, derivatives are not defined.
  vec3 x = dFdx(texPos) * overlayOutlineWidth;
  vec3 y = dFdy(texPos) * overlayOutlineWidth;
  if (!inside(texPos)) return;
  // A pixel is of the contour where one of eight points round it, as far off as the contour is wide, is outside.
  bool enclosed = inside(texPos + x) && inside(texPos - x) && inside(texPos + y) && inside(texPos - y);
  vec3 x2 = 0.7 * x, y2 = 0.7 * y;
  enclosed = enclosed && inside(texPos + x2 + y2) && inside(texPos - x2 + y2)
    && inside(texPos + x2 - y2) && inside(texPos - x2 - y2);
  color.rgb = mix(color.rgb, vec3(1.0, 0.22, 0.22), enclosed ? overlayAlphaShader : 1.0);
}`;
