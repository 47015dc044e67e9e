"use strict";
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => sortBy(table, heads, column));
  });
}

function sortBy(table, heads, column) {
  const ascending = heads[column].getAttribute("aria-sort") !== "ascending";
  for (const head of heads) head.setAttribute("aria-sort", "none");
  heads[column].setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows];
  const body = table.tBodies[0];
  body.append(...rows.sort((a, b) => compare(a.cells[column], b.cells[column], ascending)));
}

// What is not available stands last in both directions.
function compare(a, b, ascending) {
  const missing = (a.textContent === "n/a") - (b.textContent === "n/a");
  if (missing) return missing;
  const numbers = "sort" in a.dataset && "sort" in b.dataset;
  const order = numbers
    ? Number(a.dataset.sort) - Number(b.dataset.sort)
    : a.textContent.localeCompare(b.textContent, "en", { numeric: true });
  return ascending ? order : -order;
}
