/** Whether the page is being laid out for paper. The style sheet knows it by an attribute, a canvas asks here. */
let onPaper = false;

export function setOnPaper(paper: boolean): void {
  onPaper = paper;
  if (paper) document.documentElement.dataset.printing = '';
  else delete document.documentElement.dataset.printing;
}

/** Dots of a canvas per pixel of the page. Paper is finer than most screens. */
export function pixelRatio(): number {
  return onPaper ? Math.max(2, devicePixelRatio) : devicePixelRatio;
}
