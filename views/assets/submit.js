// Loaded by one page alone (views/oidc/form-post.ejs), whose only form is meant to go on by itself.
document.forms[0].requestSubmit()
