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

// Nothing typed is ever lost: a page of questions is kept at every pause of typing, and again until it has arrived.
const questions = document.querySelector("form[data-autosave]");
if (questions && window.htmx) keep(questions, document.getElementById("saved"));

function keep(form, line) {
  const dirty = new Map(); // name of an input -> the count at which it was last typed into
  const drawer = `typed:${location.pathname}`; // only while something has not arrived, and only in this window
  const person = form.elements.page.value.split(".")[0];
  let count = 0, asked = null, timer = 0, wait = 0, leaving = false;

  const named = (name) => [...form.elements].filter((input) => input.name === name);

  // A line of a plan is sent with all lines, a part of a date or of a group with the others.
  function withName(name) {
    const rows = name.match(/^(.+?)-\d+-/);
    if (rows) return [...form.elements].filter((input) => input.name.startsWith(`${rows[1]}-`));
    const group = named(name)[0]?.closest("fieldset.kern-fieldset");
    return group ? [...group.querySelectorAll("input")] : named(name);
  }

  function typed() {
    const all = new FormData(form), found = new FormData();
    const names = new Set([...dirty.keys()].flatMap((name) => [name, ...withName(name).map((input) => input.name)]));
    for (const name of names) {
      found.append("changed", name);
      for (const value of all.getAll(name)) found.append(name, value);
    }
    for (const [name, value] of all) if (/^(version|page|known-.+)$/.test(name)) found.append(name, value);
    return found;
  }

  function later(delay) {
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  }

  function save() {
    clearTimeout(timer);
    if (asked !== null || leaving || !dirty.size) return;
    const values = typed();
    asked = count;
    sessionStorage.setItem(drawer, JSON.stringify([person, [...values]]));
    htmx.ajax("POST", form.dataset.autosave, { source: line, target: line, swap: "innerHTML", values }).catch(() => {}); // what failed is said below
  }

  function token() {
    // Who signed in again in another window has a new one.
    return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken.value;
  }

  line.addEventListener("htmx:configRequest", ({ detail }) => { detail.headers["X-CSRFToken"] = token(); });

  // Nobody is signed in any more, or it cannot be kept: the answer says what to do.
  const speaks = (request) => [401, 409].includes(request.status);
  line.addEventListener("htmx:beforeSwap", ({ detail }) => { detail.shouldSwap ||= speaks(detail.xhr); });

  line.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) {
      for (const [name, when] of dirty) if (when <= asked) dirty.delete(name);
      if (!dirty.size) sessionStorage.removeItem(drawer);
      wait = 0;
    } else {
      wait = Math.min(wait * 2 || 2000, 60000);
      if (!speaks(detail.xhr)) line.textContent = line.dataset.waiting;
    }
    asked = null;
    if (dirty.size) later(wait || 1000);
  });

  form.addEventListener("input", ({ target }) => {
    if (!target.name || target.type === "file") return;
    dirty.set(target.name, ++count);
    if (!wait) later(1000);
  });
  form.addEventListener("change", () => { if (!wait) save(); });
  window.addEventListener("online", save);
  window.addEventListener("beforeunload", (event) => { if (dirty.size && !leaving) event.preventDefault(); });
  window.addEventListener("pageshow", () => { leaving = false; });

  form.addEventListener("submit", (event) => {
    if (navigator.onLine) {
      form.elements.csrfmiddlewaretoken.value = token();
      leaving = true;
      sessionStorage.removeItem(drawer);
    } else {
      event.preventDefault();
      line.textContent = line.dataset.waiting;
    }
  }, { capture: true });

  // Loaded again before everything had arrived: it comes out of the drawer, unless it is somebody else's.
  const [whose, kept] = JSON.parse(sessionStorage.getItem(drawer) ?? "[null, []]");
  if (whose !== person) sessionStorage.removeItem(drawer);
  else for (const [name, value] of kept) {
    if (name === "changed") {
      dirty.set(value, ++count);
      for (const input of named(value)) fill(input, kept.filter(([other]) => other === value).map(([, text]) => text));
    } else if (/^(version|page|known-.+)$/.test(name)) for (const input of named(name)) input.value = value;
  }
  save();
}

function fill(input, values) {
  if (/^(checkbox|radio)$/.test(input.type)) input.checked = values.includes(input.value);
  else input.value = values[0] ?? "";
}

// Files on their way: the bar fills; when they do not get through, the chosen ones stay and can be sent again.
document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.closest("[data-upload]")?.querySelector("progress");
  if (!bar || !event.detail.lengthComputable) return;
  bar.parentElement.hidden = false;
  bar.max = event.detail.total;
  bar.value = event.detail.loaded;
});

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => uploadFailed(event.target.closest("[data-upload]"), true));
}
document.addEventListener("htmx:beforeRequest", (event) => uploadFailed(event.target.closest("[data-upload]"), false));

function uploadFailed(form, failed) {
  if (!form) return;
  form.querySelector("[data-upload-failed]").hidden = !failed;
  form.querySelector(".kern-progress").hidden = true;
}
