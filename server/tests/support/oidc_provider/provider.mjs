/** A complete OpenID provider with people of our choice: `node provider.mjs '{"port", "people", "redirect", …}'`. */
import { Provider } from 'oidc-provider';

const { port, people, client, redirect, claimsInToken } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
	clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirect] }],
	claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
	/** False, as Google does it: mail address and name are in the ID token. True: only at the userinfo endpoint. */
	conformIdTokenClaims: !claimsInToken,
	pkce: { required: () => true },
	findAccount: (_ctx, sub) => people[sub] && { accountId: sub, claims: () => ({ sub, ...people[sub] }) },
	cookies: { keys: ['a provider that lives for one test run'] }
});

provider.listen(port, '127.0.0.1', () => console.log('ready'));
