// Pictures as RGBA, which a canvas has, and as I420, which codecs have: BT.601 with limited range.

/** I420 of RGBA; odd sizes have their chroma planes rounded up. */
export function fromRgba(rgba, width, height) {
  const chromaWidth = (width + 1) >> 1;
  const chromaHeight = (height + 1) >> 1;
  const u = width * height;
  const v = u + chromaWidth * chromaHeight;
  const i420 = new Uint8Array(v + chromaWidth * chromaHeight);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const [red, green, blue] = [rgba[at], rgba[at + 1], rgba[at + 2]];
      i420[y * width + x] = ((66 * red + 129 * green + 25 * blue + 128) >> 8) + 16;
      if ((x | y) & 1) continue;
      const chroma = (y >> 1) * chromaWidth + (x >> 1);
      i420[u + chroma] = ((-38 * red - 74 * green + 112 * blue + 128) >> 8) + 128;
      i420[v + chroma] = ((112 * red - 94 * green - 18 * blue + 128) >> 8) + 128;
    }
  }
  return i420;
}

/** RGBA of I420. */
export function toRgba(i420, width, height) {
  const chromaWidth = (width + 1) >> 1;
  const u = width * height;
  const v = u + chromaWidth * ((height + 1) >> 1);
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const chroma = (y >> 1) * chromaWidth + (x >> 1);
      const luma = 298 * (i420[y * width + x] - 16) + 128;
      const [blue, red] = [i420[u + chroma] - 128, i420[v + chroma] - 128];
      const at = 4 * (y * width + x);
      rgba[at] = (luma + 409 * red) >> 8;
      rgba[at + 1] = (luma - 100 * blue - 208 * red) >> 8;
      rgba[at + 2] = (luma + 516 * blue) >> 8;
      rgba[at + 3] = 255;
    }
  }
  return rgba;
}
