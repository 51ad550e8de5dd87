// Kept: a frame that opens its page once it has been seen for a moment; under a living view it never is.

let due = 0;
const seen = new IntersectionObserver(all => { clearTimeout(due); if (all.at(-1).isIntersecting) due = setTimeout(open, 400); });

async function open() {
  seen.disconnect();
  const bytes = Uint8Array.from(atob(document.getElementById("page").textContent), letter => letter.charCodeAt(0));
  const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
  document.open(); document.write(text); document.close();
}

if (window.DecompressionStream) seen.observe(document.documentElement);
