// A page that has just signed in trades its ticket for a cookie: the browser finds the session again with it.
fetch("session", { method: "POST", body: document.querySelector("[data-reson-ticket]").dataset.resonTicket });
