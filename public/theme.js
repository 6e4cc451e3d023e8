// Applies what was chosen before anything is painted, and changes it: colours (automatic, light, dark), and how logs are read.
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
      // Without storage the choice lasts as long as the page.
    }
  };
  const apply = (choice) => {
    root.dataset.theme = choices.includes(choice) ? choice : "auto";
  };
  apply(stored("theme"));
  // A narrow window has no room for lines that go on beside it.
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
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without a secure connection there is only this.
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-copy]");
    if (link) copy(new URL(link.dataset.copy, location.href).href);
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    const next = choices[(choices.indexOf(root.dataset.theme) + 1) % choices.length];
    apply(next);
    store("theme", next);
  });
})();
