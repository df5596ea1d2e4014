// Passkeys: a form that carries what the browser's own dialogue answers. Without this script, or in
// a browser without passkeys, the form stays hidden, and the sign-in link is the way in.
const ask = {
  add: options => navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options)}),
  enter: options => navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)}),
};
for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  form.addEventListener('submit', async event => {
    event.preventDefault();
    try {
      const shown = await ask[form.dataset.passkey](JSON.parse(form.dataset.options));
      form.elements.credential.value = JSON.stringify(shown);
      form.submit();
    } catch (fault) {
      form.querySelector('[role=alert]').hidden = false;
    }
  });
}
