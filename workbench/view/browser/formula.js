// Formula: plain words such as "u_t = exp(-{t} lambda_i) u" as MathML, which browsers set by themselves.
// _ lowers, ^ raises, (..) after them is a group, / between groups is a fraction line, {name} is a knob's number.

const MATHML = "http://www.w3.org/1998/Math/MathML";
const GREEK = Object.fromEntries(("alpha:α beta:β gamma:γ delta:δ epsilon:ε eta:η theta:θ kappa:κ lambda:λ mu:μ nu:ν xi:ξ pi:π rho:ρ sigma:σ tau:τ phi:φ chi:χ psi:ψ omega:ω "
  + "Gamma:Γ Delta:Δ Theta:Θ Lambda:Λ Xi:Ξ Pi:Π Sigma:Σ Phi:Φ Psi:Ψ Omega:Ω grad:∇ partial:∂ infinity:∞").split(" ").map(pair => pair.split(":")));
const SIGNS = { "<=": "≤", ">=": "≥", "->": "→", "<-": "←", "-": "−", "*": "·", sum: "∑", prod: "∏", int: "∫", in: "∈" };

const mathNode = (tag, ...inside) => { const node = document.createElementNS(MATHML, tag); node.append(...inside); return node; };

const thinSpace = () => { const node = mathNode("mspace"); node.setAttribute("width", "0.2em"); return node; };

// The tokens of a formula; spaces only part names.
const tokensOf = words => words.match(/\{\w+\}|\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-z]+|<=|>=|->|<-|\S/g) ?? [];

class Typesetter {
  // numbers: name of a knob -> the node that shows its number, filled while typesetting
  constructor(words) { this.tokens = tokensOf(words); this.at = 0; this.numbers = []; }

  row(end = null) {
    const inside = [];
    while (this.at < this.tokens.length && this.tokens[this.at] !== end) {
      if (this.tokens[this.at] === "/" && inside.length && this.at + 1 < this.tokens.length) {
        this.at++;
        inside.push(mathNode("mfrac", bare(inside.pop()), bare(this.raised())));
      } else inside.push(this.raised());
      if (/^\{/.test(this.tokens[this.at - 1]) && /^[\w({]/.test(this.tokens[this.at] ?? "")) inside.push(thinSpace());  // two numbers side by side are not one
    }
    if (end) this.at++;
    return mathNode("mrow", ...inside);
  }

  // One thing with what is lowered and raised at it.
  raised() {
    const base = this.atom(), put = {};
    while (["_", "^"].includes(this.tokens[this.at]) && !(this.tokens[this.at] in put) && this.at + 1 < this.tokens.length) put[this.tokens[this.at++]] = bare(this.atom());
    if (!put._ && !put["^"]) return base;
    const big = base.dataset.big;
    if (put._ && put["^"]) return mathNode(big ? "munderover" : "msubsup", base, put._, put["^"]);
    return put._ ? mathNode(big ? "munder" : "msub", base, put._) : mathNode(big ? "mover" : "msup", base, put["^"]);
  }

  atom() {
    const token = this.tokens[this.at++];
    if (token === "(") { const inside = this.row(")"), all = mathNode("mrow", mathNode("mo", "("), inside, mathNode("mo", ")")); all.dataset.group = "true"; return all; }
    if (/^\{/.test(token)) { const number = mathNode("mn", ""); number.setAttribute("class", "wb-turned"); this.numbers.push([token.slice(1, -1), number]); return number; }
    if (/^[\d.]/.test(token)) return mathNode("mn", token);
    if (token in GREEK) return mathNode(/grad|partial/.test(token) ? "mo" : "mi", GREEK[token]);
    if (token in SIGNS || !/^[A-Za-z]/.test(token)) {
      const sign = mathNode("mo", SIGNS[token] ?? token);
      if ("∑∏∫".includes(sign.textContent)) sign.dataset.big = "true";
      return sign;
    }
    return mathNode("mi", token);  // one letter slants, a name stands upright: MathML does so
  }
}

// A group without its parentheses, where a line or a place already says what belongs together.
const bare = node => node.dataset?.group ? node.childNodes[1] : node;

// A formula as a node, and say(values, wordsOf) which puts the numbers in.
function formulaOf(words, own) {
  const setter = new Typesetter(words), math = mathNode("math", setter.row());
  math.setAttribute("class", "wb-formula"); math.setAttribute("displaystyle", "true");
  return { node: math, say: (values, wordsOf) => {
    for (const [name, number] of setter.numbers) {
      const value = values[name === "value" ? own : name];
      number.replaceChildren(wordsOf(value));
    }
  } };
}
