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
      const { origin, pathname } = new URL(request.url, location.href);
      const ours = origin === location.origin && pathname.startsWith("/_emulator/");
      if (token && ours) request.headers.Authorization = `Bearer ${token}`;
      return request;
    },
  });
}
