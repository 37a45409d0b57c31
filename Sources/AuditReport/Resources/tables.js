// Findings by rule, and commands to copy.

/** Listens to the choice of a rule and to buttons that copy. */
export function openTables() {
  const select = document.getElementById("finding-rule");
  select?.addEventListener("change", () => filter(select.value));
  for (const link of document.querySelectorAll("[data-rule-filter]")) {
    link.addEventListener("click", () => {
      select.value = link.dataset.ruleFilter;
      filter(select.value);
      document.getElementById("findings").open = true;
      document.getElementById("findings").scrollIntoView();
    });
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

function filter(rule) {
  let count = 0;
  for (const row of document.querySelectorAll("#findings tr[data-rule]")) {
    row.hidden = Boolean(rule) && row.dataset.rule !== rule;
    if (!row.hidden) count += 1;
  }
  document.getElementById("finding-count").textContent = `${count} shown`;
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // A page from a file may not be allowed to: the person copies what is selected.
    const code = button.previousElementSibling;
    getSelection().selectAllChildren(code);
    document.execCommand("copy");
  }
  const before = button.textContent;
  button.textContent = "copied";
  setTimeout(() => {
    button.textContent = before;
  }, 1500);
}
