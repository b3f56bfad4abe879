// One file on its way by tus 1.0.0. It knows nothing of the page: it tells how far it is and ends with what became of it.
// The portal keeps whatever arrived before a line broke, so nothing is sent twice that it has. For the same reason no
// piece carries a checksum: half a piece would have to be thrown away. The whole is digested by the portal at the end.

const PIECE = { first: 256 * 1024, least: 64 * 1024, most: 8 * 1024 * 1024, wellWithin: 20000 };
const WAIT = { first: 1000, most: 60000, held: 10000, silence: 30000, check: 60000 };
const SLOWEST = 8; // bytes in a millisecond, until the line has shown what it carries

/** The line or the portal failed; the same may well work in a moment. */
class Broken extends Error {
  constructor(status = 0, seconds = 0) {
    super(`broken ${status}`);
    Object.assign(this, { status, pause: seconds * 1000 });
  }
}

/** It ends here: `outcome` is one of those that `run` tells, the message is the portal's own sentence, if it had one. */
class Ended extends Error {
  constructor(outcome, sentence = "") {
    super(sentence);
    this.outcome = outcome;
  }
}

const unique = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
const packed = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

export class Transfer {
  offset = null;
  state = "";
  phase = "";
  #piece = PIECE.first;
  #rate = 0;
  #failures = 0;
  #best = -1;
  #name = "";
  #stop = new AbortController();

  /** `tell(transfer)` is called at each step; `remember(address)` with "" where the address is worth nothing any more. */
  constructor({ file, endpoint, address, metadata, token, tell, remember }) {
    Object.assign(this, { file, endpoint, address, metadata, token, tell, remember });
  }

  get rate() {
    return this.#rate * 1000;
  }

  /**
   * Ends with kept, refused, unreadable (the file changed on the person's side), signedOut, denied (no right, or an old
   * token) or stopped by `stop()`; `sentence` is the portal's. After the last three it can be run again and goes on.
   */
  async run() {
    this.#stop = new AbortController();
    this.offset = null;
    while (this.state !== "kept") {
      try {
        await this.#step();
      } catch (trouble) {
        if (trouble instanceof Ended) {
          if (trouble.outcome === "refused") this.remember("");
          this.sentence = trouble.message;
          return trouble.outcome;
        }
        if (!(trouble instanceof Broken)) throw trouble;
        await this.#recover(trouble);
      }
    }
    return "kept";
  }

  stop() {
    this.#stop.abort();
  }

  /** Tells the portal to forget it; what could not be told expires there by itself. */
  async cancel() {
    this.stop();
    this.remember("");
    if (!this.address) return;
    await this.#ask("DELETE", this.address, { signal: new AbortController().signal }).catch(() => null);
  }

  #goOn() {
    if (this.#stop.signal.aborted) throw new Ended("stopped");
  }

  async #step() {
    this.#goOn();
    if (this.state === "refused") await this.#learnWhy();
    else if (!this.address) await this.#create();
    else if (this.offset === null) await this.#find();
    else if (this.offset < this.file.size) await this.#send();
    else await this.#finish();
  }

  async #create() {
    this.#at("starting", 0);
    const metadata = Object.entries(this.metadata).map(([name, value]) => `${name} ${packed(value)}`);
    // Where the answer is lost, the same name leads to the upload that was begun, and there are not two of them.
    this.#name ||= unique();
    const headers = { "Upload-Length": this.file.size, "Upload-Metadata": metadata.join(","), "Idempotency-Key": this.#name };
    const answer = ours(await this.#ask("POST", this.endpoint, { headers }).catch((trouble) => this.#nameAnew(trouble)));
    this.address = new URL(answer.getResponseHeader("Location"), new URL(this.endpoint, document.baseURI)).pathname;
    this.remember(this.address);
    this.offset = 0;
  }

  /** What was begun under the name has expired meanwhile, without a byte. */
  #nameAnew(trouble) {
    if (trouble.status === GONE) this.#name = "";
    throw trouble;
  }

  async #find() {
    try {
      const answer = await this.#ask("HEAD", this.address);
      this.#learn(answer);
      // A request that broke off is still being stored: what is sent now would travel in vain.
      const seconds = Number(answer.getResponseHeader("Retry-After"));
      if (seconds) throw new Broken(HELD, seconds);
    } catch (trouble) {
      if (trouble.outcome !== "refused") throw trouble;
      // It expired or somebody discarded it, so the file goes from its beginning.
      this.remember("");
      this.address = "";
      this.state = "";
      this.#name = "";
    }
  }

  async #send() {
    const from = this.offset;
    const piece = this.file.slice(from, from + this.#piece);
    const isLast = from + piece.size === this.file.size;
    await piece.slice(0, 1).arrayBuffer().catch(() => {
      throw new Ended("unreadable");
    });
    // Who paused while the file was looked at has no request yet that could be cut.
    this.#goOn();
    const begun = performance.now();
    this.#at("sending", from);
    const answer = await this.#patch(from, piece, {
      patience: (4 * piece.size) / Math.max(this.#rate, SLOWEST) + (isLast ? WAIT.check : 0),
      onSent: (bytes) => this.#at(isLast && bytes >= piece.size ? "checking" : "sending", from + Math.min(bytes, piece.size)),
    });
    const took = Math.max(performance.now() - begun, 1);
    const rate = piece.size / took;
    this.#rate = this.#rate ? 0.6 * this.#rate + 0.4 * rate : rate;
    if (took < PIECE.wellWithin) this.#piece = Math.min(this.#piece * 2, PIECE.most);
    this.#learn(answer);
  }

  /** Everything is there, but not what the portal makes of it: a piece without bytes asks it to look. */
  async #finish() {
    this.#at("checking", this.file.size);
    await this.#sleep(WAIT.first * 2);
    if (!this.#stop.signal.aborted) this.#learn(await this.#patch(this.offset, null, { patience: WAIT.check }));
  }

  #patch(offset, body, rest) {
    const headers = { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" };
    return this.#ask("PATCH", this.address, { headers, body, ...rest });
  }

  async #learnWhy() {
    const answer = await this.#ask("GET", this.address);
    throw new Ended("refused", facts(answer).refusal);
  }

  #learn(answer) {
    this.offset = Number(ours(answer).getResponseHeader("Upload-Offset"));
    if (this.offset > this.#best) this.#failures = 0;
    this.#best = Math.max(this.offset, this.#best);
    this.state = answer.getResponseHeader("Portal-Upload-State") || "";
    if (this.state === "kept") this.remember("");
  }

  async #recover(trouble) {
    const spread = 0.5 + Math.random() / 2;
    const most = trouble.status === HELD ? WAIT.held : WAIT.most;
    const pause = Math.max(Math.min(WAIT.first * 2 ** this.#failures, most) * spread, trouble.pause);
    if (!OF_A_WRITER.includes(trouble.status)) this.#piece = Math.max(this.#piece / 4, PIECE.least);
    this.#failures += 1;
    this.offset = null;
    this.pause = pause;
    this.#at(this.#phaseAfter(trouble), Math.max(this.#best, 0));
    await this.#sleep(navigator.onLine ? pause : WAIT.most, !trouble.pause);
  }

  #phaseAfter(trouble) {
    if (!navigator.onLine) return "offline";
    if (this.#best === this.file.size) return "checking";
    return trouble.status ? "busy" : "broken";
  }

  #at(phase, sent) {
    Object.assign(this, { phase, sent });
    this.tell(this);
  }

  /** Ends early when the line is back or the person stops. */
  #sleep(milliseconds, endsWithLine = true) {
    return new Promise((resolve) => {
      const done = () => {
        window.clearTimeout(timer);
        window.removeEventListener("online", done);
        this.#stop.signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = window.setTimeout(done, milliseconds);
      if (endsWithLine) window.addEventListener("online", done);
      this.#stop.signal.addEventListener("abort", done);
    });
  }

  /** One request. A line on which nothing moves for `patience` and half a minute counts as broken. */
  #ask(method, url, { headers = {}, body = null, onSent = () => null, patience = 0, signal = this.#stop.signal } = {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let timer = 0;
      const cut = () => request.abort();
      const wait = () => {
        window.clearTimeout(timer);
        timer = window.setTimeout(cut, WAIT.silence + patience);
      };
      const end = () => {
        window.clearTimeout(timer);
        window.removeEventListener("offline", cut);
        signal.removeEventListener("abort", cut);
      };
      request.open(method, url);
      const all = { "Tus-Resumable": "1.0.0", "X-CSRFToken": this.token(), Accept: "application/json", ...headers };
      Object.entries(all).forEach(([name, value]) => request.setRequestHeader(name, value));
      request.upload.onprogress = (step) => {
        wait();
        onSent(step.loaded);
      };
      request.onabort = request.onerror = () => {
        end();
        reject(signal.aborted ? new Ended("stopped") : new Broken());
      };
      request.onload = () => {
        end();
        const trouble = troubleOf(method, request);
        if (trouble) reject(trouble);
        else resolve(request);
      };
      window.addEventListener("offline", cut);
      signal.addEventListener("abort", cut);
      wait();
      request.send(body);
    });
  }
}

// Another request writes to the upload, as the one does that was cut by a pause until the portal has noticed.
const HELD = 423;
// These two tell of another writer and nothing of the line.
const OF_A_WRITER = [HELD, 409];
const IN_A_MOMENT = [408, HELD, 425, 429];
// After these an upload may still go on: HEAD tells what became of it.
const OF_A_PIECE = [400, 404, 409, 410, 460];
const GONE = 410;

function troubleOf(method, answer) {
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  if (status === 401) return new Ended("signedOut");
  if (status === 403) return new Ended("denied", facts(answer).detail);
  const seconds = Number(answer.getResponseHeader("Retry-After")) || 0;
  if (status >= 500 || IN_A_MOMENT.includes(status) || mayGoOn(method, status, seconds)) return new Broken(status, seconds);
  return new Ended("refused", facts(answer).detail);
}

// A creation may go on where what it began has expired, and where it still runs, which the portal tells with a time.
function mayGoOn(method, status, seconds) {
  if (method === "PATCH") return OF_A_PIECE.includes(status);
  return method === "POST" && (status === GONE || (status === 409 && seconds > 0));
}

function facts(answer) {
  try {
    return JSON.parse(answer.responseText);
  } catch {
    return {};
  }
}

// The sign-in page of a public network answers everything with 200.
function ours(answer) {
  if (!answer.getResponseHeader("Tus-Resumable")) throw new Broken();
  return answer;
}
