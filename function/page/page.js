"use strict";

// Light or dark as the system is.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

// Where requests go: the page lies one level below the store.
document.getElementById("address").textContent = new URL("..", location).href;

SwaggerUIBundle({
  domNode: document.getElementById("api"),
  url: "openapi-spec.json",
  // Otherwise it would show a badge of a validator elsewhere.
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
});
