// Applies the chosen theme before anything is painted, and changes it: automatic, light, dark.
(() => {
  const root = document.documentElement;
  const choices = ["auto", "light", "dark"];
  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  };
  const apply = (choice) => {
    root.dataset.theme = choices.includes(choice) ? choice : "auto";
  };
  apply(stored());
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    const next = choices[(choices.indexOf(root.dataset.theme) + 1) % choices.length];
    apply(next);
    try {
      localStorage.setItem("theme", next);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  });
})();
