// Small scripts that run before the page is painted: theme and log preferences, copy buttons, short addresses of forms,
// announcements to screen readers.
(() => {
  const root = document.documentElement;
  const choices = ["auto", "light", "dark"];
  const stored = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const store = (name, value) => {
    try {
      localStorage.setItem(name, value);
    } catch {
      // Without storage the preference lasts until the page is closed.
    }
  };
  const apply = (choice) => {
    root.dataset.theme = choices.includes(choice) ? choice : "auto";
  };
  apply(stored("theme"));
  // Pages from the back/forward cache and in other tabs apply a new theme too.
  addEventListener("pageshow", (event) => event.persisted && apply(stored("theme")));
  addEventListener("storage", (event) => event.key === "theme" && apply(event.newValue));
  // A narrow window wraps log lines by default.
  const defaults = { wrap: matchMedia("(max-width: 700px)").matches ? "on" : "off", times: "on", letters: "on" };
  for (const [name, value] of Object.entries(defaults)) {
    root.dataset[name] = ["on", "off"].find((choice) => choice === stored(name)) ?? value;
  }
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.preference;
    if (!(name in defaults)) return;
    root.dataset[name] = event.target.checked ? "on" : "off";
    store(name, root.dataset[name]);
  }, true);
  // Removes empty fields from a submitted form, so that the address holds only active filters.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const [name, value] of [...event.formData]) {
      if (value === "") event.formData.delete(name);
    }
  });
  // Announces a text to screen readers; a repeated text is announced again.
  const say = (text) => {
    const said = document.getElementById("said");
    if (!said) return;
    said.textContent = "";
    setTimeout(() => (said.textContent = text), 50);
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // The clipboard API needs a secure context.
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say("Copied");
  };
  // Copies the text behind a link. On any error the link is followed instead.
  const copyFrom = async (link) => {
    const label = link.textContent;
    try {
      const response = await fetch(link.dataset.copyFrom, { headers: { Accept: "text/markdown, text/plain" } });
      if (!response.ok) throw new Error(response.statusText);
      await copy(await response.text());
      link.textContent = "Copied";
      setTimeout(() => (link.textContent = label), 2000);
    } catch {
      location.href = link.href;
    }
  };
  document.addEventListener("click", (event) => {
    const report = event.target.closest?.("[data-copy-from]");
    if (report && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
      event.preventDefault();
      copyFrom(report);
    }
    const link = event.target.closest?.("[data-copy]");
    if (link) copy(new URL(link.dataset.copy, location.href).href);
    const text = event.target.closest?.("[data-copy-text]");
    if (text) {
      copy(text.dataset.copyText).then(() => {
        text.dataset.copied = "";
        setTimeout(() => delete text.dataset.copied, 1500);
      });
    }
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    const next = choices[(choices.indexOf(root.dataset.theme) + 1) % choices.length];
    apply(next);
    store("theme", next);
  });
})();
