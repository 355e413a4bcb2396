const button = document.getElementById("claim");
const said = document.getElementById("said");
const code = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
if (!code) {
  // The code is kept out of the address and the history, so that a reload has none.
  button.hidden = true;
  said.textContent = "Open the link from your message again: a page that is reloaded has lost it, and the link still works.";
  said.hidden = false;
}
button.addEventListener("click", async () => {
  button.disabled = true;
  said.hidden = true;
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code }),
    });
    const told = await answer.json();
    if (answer.ok) {
      for (const name of ["client_id", "client_secret", "token_endpoint", "expires_at"]) {
        document.getElementById(name).textContent = told[name] ?? "never";
      }
      document.getElementById("made").hidden = false;
      document.getElementById("intro").textContent = "Copy the secret now: it cannot be shown again.";
      button.hidden = true;
      return;
    }
    said.textContent = "This link does not work any more. Ask for a new one: each works once, for a week.";
  } catch (error) {
    said.textContent = "The server cannot be reached; try again in a moment.";
    button.disabled = false;
  }
  said.hidden = false;
  said.className = "wrong";
});
