// The little the pages do beyond HTML; everything works without it.
document.getElementById("error-summary")?.focus();

// A second tap must not send twice. The buttons are marked, not disabled: a disabled one would lose its value and the focus.
const sent = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  // Answers that leave the page standing (downloads, several sends) opt out with data-repeat; htmx has its own guard.
  if (form.method !== "post" || "repeat" in form.dataset || event.defaultPrevented) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  mark(form, true);
});

// Back to a page the browser kept: it may be sent again.
window.addEventListener("pageshow", () => {
  sent.forEach((form) => mark(form, false));
  sent.clear();
});

function mark(form, busy) {
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    if (busy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

// Dialogs: data-dialog names the one to open, data-close closes the one around it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  const closer = event.target.closest("dialog [data-close]");
  if (closer) closer.closest("dialog").close();
});
