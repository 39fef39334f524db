// data-count="id" on a text field: show its length in letters a reader sees, without tashkeel.
const TASHKEEL = /[\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06ED\u0640]/g;

export function counters() {
  for (const field of document.querySelectorAll("[data-count]")) {
    const output = document.getElementById(field.dataset.count);
    if (!output) continue;
    const show = () => update(field.value, output);
    field.addEventListener("input", show);
    show();
  }
}

function update(text, output) {
  const length = letters(text.replace(TASHKEEL, ""));
  const meter = output.querySelector("meter");
  if (meter) meter.value = length;
  const words = output.querySelector("output") || output;
  words.textContent = new Intl.NumberFormat("en").format(length);
}

function letters(text) {
  if (!("Segmenter" in Intl)) return [...text].length;
  return [...new Intl.Segmenter("ar", { granularity: "grapheme" }).segment(text)].length;
}
