// data-zone on a select of time zones: choose the device's own, if nobody chose one yet.
export function zones() {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const select of document.querySelectorAll("select[data-zone]")) {
    const found = [...select.options].find((one) => one.value === here);
    if (found && here !== "UTC") select.value = here;
  }
}
