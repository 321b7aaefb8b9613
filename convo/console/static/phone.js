// What htmx does not do: Enter sends, the field is free for the next text at once, and the page says
// when convo does not answer.
"use strict";

const composer = document.getElementById("composer");
const field = document.getElementById("text");
const offline = document.getElementById("offline");
const stream = document.getElementById("stream");

function write(text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true })); // counts its segments
}

field?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
});

composer?.addEventListener("htmx:config:request", (event) => {
  if (event.target !== composer) return;
  const text = field.value;
  if (!text.trim()) {
    event.preventDefault();
    return;
  }
  event.detail.ctx.texted = text;
  write("");
});

composer?.addEventListener("htmx:finally:request", (event) => {
  const { response, texted } = event.detail.ctx;
  if (event.target !== composer || response?.status < 400) return;
  if (!response) offline.hidden = false;
  if (!field.value) write(texted); // it was not sent: nothing that was written is lost
});

for (const lost of ["htmx:sse:error", "htmx:error"]) {
  stream?.addEventListener(lost, () => {
    offline.hidden = false;
  });
}
stream?.addEventListener("htmx:sse:after:connection", () => {
  offline.hidden = true;
});
