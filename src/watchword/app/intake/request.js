const form = document.getElementById("request");
const said = document.getElementById("said");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  said.hidden = false;
  said.className = "";
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    const told = await answer.json();
    if (answer.ok) {
      form.hidden = true;
      said.textContent = "Thank you. Your request is " + told.id + "; you hear from us by " + told.due_at + ".";
      return;
    }
    said.textContent = told.detail + (told.hint ? ": " + told.hint : "");
  } catch (error) {
    said.textContent = "The server cannot be reached; try again in a moment.";
  }
  said.className = "wrong";
  button.disabled = false;
});
