/** What the issuers of the tests may be asked for. Both sides know it: the tests in Node, the Workers in workerd. */
export const AUDIENCE = "api://AzureADTokenExchange";
export const OTHER_AUDIENCE = "https://vault.example";
export const ELSEWHERE = "https://elsewhere.example";

/** Props as a binding would have them. */
export const ORDERS = { subject: "worker:orders", audiences: [AUDIENCE] };
export const BILLS = { subject: "worker:bills", audiences: [OTHER_AUDIENCE, AUDIENCE] };
