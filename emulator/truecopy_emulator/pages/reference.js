// Shows the document of the provider that the address names.
"use strict";

const provider = new URLSearchParams(location.search).get("provider") || "emulator";
const token = sessionStorage.getItem("token");
document.title = `${provider}: API reference`;
if (window.SwaggerUIBundle) {
  window.SwaggerUIBundle({
    url: `../providers/${encodeURIComponent(provider)}/spec`,
    dom_id: "#reference",
    deepLinking: false,
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (token && request.url.includes("/_emulator/")) request.headers.Authorization = `Bearer ${token}`;
      return request;
    },
  });
}
