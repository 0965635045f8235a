/* Niceties only: every form works without them. Live totals of a journal entry, a button that prints, moving
   candidates on a ranked ballot, and how many dots are left. Amounts are counted in whole minor units as BigInt; the server reads and decides again. */

const AMOUNT = /^([-\u2212]?)(\d+|\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+)(?:\.(\d+))?$/;

function minorUnits(text, exponent) {
  const found = AMOUNT.exec(text.trim());
  if (!found || (found[3] ?? "").length > exponent) return null;
  const amount = BigInt(found[2].replace(/[ ,]/g, "") + (found[3] ?? "").padEnd(exponent, "0"));
  return found[1] ? -amount : amount;
}

function written(amount, exponent) {
  const digits = String(amount < 0n ? -amount : amount).padStart(exponent + 1, "0");
  const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, ",");
  const decimals = exponent ? `.${digits.slice(-exponent)}` : "";
  return (amount < 0n ? "\u2212" : "") + whole + decimals;
}

/* The tax that a line gets on top of its amount; a line on the tax account is tax itself. */
function taxOnTop(form, input, amount) {
  const row = input.closest("tbody");
  if (form.querySelector("[data-tax-mode]")?.value !== "on-top") return 0n;
  if (row.querySelector("select").value === form.dataset.taxAccount) return 0n;
  const rate = BigInt(row.querySelector("[data-tax]")?.selectedOptions[0]?.dataset.rate ?? 0);
  return (2n * amount * rate + (amount < 0n ? -10000n : 10000n)) / 20000n;
}

function totalJournal(form) {
  const exponent = Number(form.dataset.exponent);
  const totals = { debit: 0n, credit: 0n };
  for (const input of form.querySelectorAll("[data-side]")) {
    const amount = minorUnits(input.value, exponent) ?? 0n;
    totals[input.dataset.side] += amount + taxOnTop(form, input, amount);
  }
  totals.difference = totals.debit - totals.credit;
  for (const output of form.querySelectorAll("[data-total]")) {
    output.textContent = written(totals[output.dataset.total], exponent);
  }
}

/* What is ticked on the two sides of the bank reconciliation, and by how much they differ. */
function sumSides(form) {
  const sums = { line: 0n, entry: 0n };
  for (const box of form.querySelectorAll("[data-minor]:checked")) sums[box.name] += BigInt(box.dataset.minor);
  sums.difference = sums.line - sums.entry;
  for (const output of form.querySelectorAll("[data-sum]")) {
    output.textContent = written(sums[output.dataset.sum], Number(form.dataset.exponent));
  }
}

for (const form of document.querySelectorAll("form[data-sides]")) {
  form.addEventListener("change", () => sumSides(form));
  sumSides(form);
}

for (const form of document.querySelectorAll("form[data-journal]")) {
  form.addEventListener("input", () => totalJournal(form));
  totalJournal(form);
}

for (const item of document.querySelectorAll("[data-print]")) {
  item.hidden = false;
  item.firstElementChild.addEventListener("click", () => window.print());
}

/* The ranked rows in the order of their numbers. */
function ranking(list) {
  const rank = (row) => Number(row.querySelector(".rank-box").value.trim() || NaN);
  return [...list.children].filter((row) => rank(row) > 0).sort((a, b) => rank(a) - rank(b));
}

/* Put a row at a place of the ranking, or out of it where place is null. Rows without a number are never given one:
   leaving a candidate out is a choice. */
function rankAt(list, row, place) {
  const order = ranking(list).filter((other) => other !== row);
  if (place !== null) order.splice(place, 0, row);
  const rest = [...list.children].filter((other) => !order.includes(other));
  for (const other of rest) other.querySelector(".rank-box").value = "";
  order.forEach((other, index) => { other.querySelector(".rank-box").value = String(index + 1); });
  list.append(...order, ...rest);
}

function moveUp(list, row) {
  const order = ranking(list);
  const place = order.indexOf(row);
  rankAt(list, row, place < 0 ? order.length : Math.max(place - 1, 0));
}

function moveDown(list, row) {
  const order = ranking(list);
  const place = order.indexOf(row);
  rankAt(list, row, place < 0 || place === order.length - 1 ? null : place + 1);
}

/* Take the place of the row dropped on; below the ranked ones, the next free place. */
function dropOn(list, row, target) {
  const place = ranking(list).indexOf(target);
  rankAt(list, row, place < 0 ? ranking(list).length : place);
}

function button(label, sign, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button quiet";
  element.textContent = sign;
  element.setAttribute("aria-label", label);
  element.addEventListener("click", () => { act(); element.focus(); });
  return element;
}

function makeSortable(list) {
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  list.after(said);
  let dragged = null;
  for (const row of list.children) {
    const name = row.dataset.name;
    const moved = (act) => () => {
      act(list, row);
      said.textContent = `${name}: ${row.querySelector(".rank-box").value || "–"}`;
    };
    const moves = document.createElement("div");
    moves.className = "rank-moves";
    moves.append(
      button(list.dataset.up.replace("{name}", name), "↑", moved(moveUp)),
      button(list.dataset.down.replace("{name}", name), "↓", moved(moveDown)),
    );
    row.append(moves);
    // Not from its box or link: a draggable parent keeps some browsers from placing the cursor.
    row.addEventListener("pointerdown", (event) => { row.draggable = !event.target.closest("input, a, button"); });
    row.addEventListener("dragstart", () => { dragged = row; row.classList.add("dragging"); });
    row.addEventListener("dragend", () => { dragged = null; row.classList.remove("dragging"); });
    row.addEventListener("dragover", (event) => event.preventDefault());
    row.addEventListener("drop", (event) => {
      event.preventDefault();
      if (dragged && dragged !== row) dropOn(list, dragged, row);
    });
  }
}

document.querySelectorAll("[data-rank-list]").forEach(makeSortable);

document.querySelector("[data-focus]")?.focus();

/* So many dots are left; the server counts again. */
for (const list of document.querySelectorAll("[data-dots]")) {
  const left = list.parentElement.querySelector("[data-dots-left]");
  const given = () => [...list.querySelectorAll(".rank-box")].reduce((sum, box) => sum + (/^\d{1,4}$/.test(box.value.trim()) ? Number(box.value) : 0), 0);
  const show = () => { left.textContent = String(Number(list.dataset.dots) - given()); };
  list.addEventListener("input", show);
  show();
}
