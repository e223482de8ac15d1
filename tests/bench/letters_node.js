// SPDX-License-Identifier: Apache-2.0
// The letters of letters.c by an npm package that reads Mustache: letters_node.js mustache|handlebars TEMPLATE COUNT
const fs = require('fs');
const [engine, file, count] = process.argv.slice(2);
const library = require(engine);
const text = fs.readFileSync(file, 'utf8');
const fixed = {sender: 'Harbour Books & Co', sender_street: '1 Quay Street', sender_city: 'Portland, OR 97201', city: 'Salem, OR 97301', date: 'Wednesday 25 November 2026',
  found: '20 November 2026', from: '1 October 2026', data: 'your name, your address and <the titles> you ordered', phone: '(503) 555-0100', until: '25 November 2028',
  signatory: 'Harbour Books, privacy lead'};
const compiled = engine === 'handlebars' ? library.compile(text) : (library.parse(text), data => library.render(text, data));
let total = 0;
for (let i = 0; i < Number(count); i++) {
  total += compiled({...fixed, name: i % 10 ? `Customer Number ${i}` : `Customer O'Number ${i}`, street: `${i % 900 + 1} Example Road`,
    code: i % 2 ? 'OFFER-' + (i * 2654435761).toString(16).toUpperCase() : '', reference: `HB-${i}`}).length;
}
console.log(total, 'bytes');
