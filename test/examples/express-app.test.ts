import { expect } from 'chai'
import { AuthorizationResponseError } from 'openid-client'
import { describeError } from '../../examples/express-app/errors.ts'
import { html } from '../../examples/express-app/html.ts'

describe('example app', () => {
  it('escapes what a provider says before it is on a page', () => {
    const name = `<img src=x onerror="alert('x')"> & co`
    expect(html`<p title="${name}">${[html`<b>${name}</b>`]}</p>`.text).to.equal(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;x&#39;)&quot;&gt; &amp; co">' +
        '<b>&lt;img src=x onerror=&quot;alert(&#39;x&#39;)&quot;&gt; &amp; co</b></p>',
    )
  })

  it('leaves nothing where a value is missing', () => {
    expect(html`<p>${undefined}${false}${0}${''}</p>`.text).to.equal('<p>0</p>')
  })

  it('puts a refusal in words, and keeps what the provider said', () => {
    const parameters = new URLSearchParams({ error: 'access_denied', error_description: 'cancelled' })
    const described = describeError(new AuthorizationResponseError('refused', { cause: parameters }))
    expect(described.code).to.equal('access_denied')
    expect(described.message).to.equal(
      'You did not give Acme Notes access, so you are not signed in. The provider says: “cancelled”.',
    )
  })

  it('says when the provider is not there', async () => {
    // RFC 6761: this name never resolves.
    const error: unknown = await fetch('http://provider.invalid/').catch((reason: unknown) => reason)
    expect(describeError(error).message).to.equal('The provider cannot be reached. Is it running?')
  })
})
