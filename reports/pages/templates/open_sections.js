// A link to a folded section opens it, and so does printing.
function unfold(section) {
  const folded = section && section.querySelector("details");
  if (folded) folded.open = true;
}
for (const link of document.querySelectorAll("nav a")) {
  link.addEventListener("click", () => unfold(document.querySelector(link.hash)));
}
if (location.hash) unfold(document.querySelector(location.hash));
addEventListener("beforeprint", () => document.querySelectorAll("section").forEach(unfold));
