// data-left="SECONDS": the clock in it counts down from when it came into the page. Its text is
// right without this script, and screen readers are told the hour beside it instead.
const SECOND = 1000;
const came = new WeakMap();

export function countdowns() {
  setInterval(tick, SECOND);
}

function tick() {
  for (const clock of document.querySelectorAll("[data-left]")) {
    if (!came.has(clock)) came.set(clock, performance.now());
    const passed = Math.round((performance.now() - came.get(clock)) / SECOND);
    clock.textContent = told(Math.max(0, Number(clock.dataset.left) - passed), clock.dataset.digits);
  }
}

function told(left, digits) {
  const pair = (n) => String(n).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  const text = hours ? `${hours}:${pair(minutes)}:${pair(seconds)}` : `${minutes}:${pair(seconds)}`;
  if (digits !== "arab") return text;
  return text.replace(/\d/g, (one) => String.fromCharCode(0x660 + Number(one)));
}
