//! A static server for one folder, which can be as bad as some servers are.

use std::borrow::Cow;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// Below which the folder is served: the page must not depend on being at the root.
const FOLDER: &str = "/notes/dropout/";

/// What the server does otherwise than an ordinary one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// A `Content-Security-Policy` that is sent with everything.
    pub(crate) policy: Option<&'static str>,
    /// The type of wasm files.
    pub(crate) wasm_type: &'static str,
    /// Files with these endings are not found.
    pub(crate) missing: &'static [&'static str],
    /// Of files with these endings comes only half.
    pub(crate) cut: &'static [&'static str],
    /// The program's memory can grow by so many pages of 64 KiB, and no further.
    pub(crate) spare_memory: Option<u64>,
    /// What is replaced in HTML files.
    pub(crate) replace: &'static [(&'static str, &'static str)],
    /// The name and the content of one more HTML file.
    pub(crate) extra: Option<(&'static str, &'static str)>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            policy: None,
            wasm_type: "application/wasm",
            missing: &[],
            cut: &[],
            spare_memory: None,
            replace: &[],
            extra: None,
        }
    }
}

/// The script that pages run before their own, where there is one.
pub(crate) const FIRST: &str = "before.js";

/// The page with that script.
pub(crate) fn with_first(page: &str) -> String {
    // Every page here has it in its head; the tag of the head itself is minified away.
    const BEFORE: &str = "<meta charset";
    let with_script = format!("<script src=\"{FIRST}\"></script>{BEFORE}");
    page.replacen(BEFORE, &with_script, 1)
}

/// A server on a port of its own, until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    rules: Rules,
    requests: Mutex<Vec<String>>,
    first: Mutex<Option<String>>,
    stopping: AtomicBool,
}

impl Server {
    pub(crate) fn start(root: PathBuf, rules: Rules) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("a bound port has an address");
        let shared = Arc::new(Shared {
            root,
            rules,
            requests: Mutex::default(),
            first: Mutex::default(),
            stopping: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        Self {
            address,
            shared,
            thread: Some(spawn(move || {
                for stream in listener.incoming().filter_map(Result::ok) {
                    if serving.stopping.load(Ordering::SeqCst) {
                        break;
                    }
                    let serving = Arc::clone(&serving);
                    // A browser opens connections ahead and keeps them silent: each has a thread.
                    drop(spawn(move || {
                        // The browser may have gone; there is nobody to tell.
                        let _ = serving.answer(stream);
                    }));
                }
            })),
        }
    }

    /// The address of one of the folder's files, or of the folder.
    pub(crate) fn address(&self, file: &str) -> String {
        format!("http://{}{FOLDER}{file}", self.address)
    }

    /// From now on each page that has a `<meta charset>` runs this script before its own.
    pub(crate) fn run_first(&self, script: String) {
        let first = self.shared.first.lock();
        *first.expect("no request has panicked") = Some(script);
    }

    /// The paths that were asked for.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.shared.requests.lock();
        requests.expect("no request has panicked").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes it up.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            // If it has panicked, the test has failed for that.
            drop(thread.join());
        }
    }
}

impl Shared {
    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let request = lines.next().transpose()?.unwrap_or_default();
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let Some(path) = request.split(' ').nth(1) else {
            return Ok(());
        };
        if let Ok(mut requests) = self.requests.lock() {
            requests.push(path.to_owned());
        }
        let (status, content) = match self.content(path) {
            Some(content) => ("200 OK", content),
            None => ("404 Not Found", Vec::new()),
        };
        let kind = match Path::new(with_index(path).as_ref())
            .extension()
            .and_then(|it| it.to_str())
        {
            Some("html") => "text/html; charset=utf-8",
            Some("css") => "text/css",
            Some("js") => "text/javascript",
            Some("svg") => "image/svg+xml",
            Some("wasm") => self.rules.wasm_type,
            _ => "application/octet-stream",
        };
        let policy = self.rules.policy.map_or_else(String::new, |policy| {
            format!("Content-Security-Policy: {policy}\r\n")
        });
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{policy}\
             Cache-Control: max-age=600\r\nConnection: close\r\n\r\n",
            content.len()
        )?;
        stream.write_all(&content)
    }

    fn content(&self, path: &str) -> Option<Vec<u8>> {
        let path = with_index(path);
        let name = path.strip_prefix(FOLDER)?;
        if let Some((extra, content)) = self.rules.extra
            && extra == name
        {
            return Some(content.into());
        }
        let first = self.first.lock().ok()?.clone();
        if name.ends_with(FIRST) {
            return Some(first?.into());
        }
        let missing = self.rules.missing;
        if name.contains("..") || missing.iter().any(|ending| name.ends_with(ending)) {
            return None;
        }
        let mut content = fs::read(self.root.join(name)).ok()?;
        if self.rules.cut.iter().any(|ending| name.ends_with(ending)) {
            content.truncate(content.len() / 2);
        }
        if let Some(spare) = self.rules.spare_memory
            && name.ends_with("_bg.wasm")
        {
            content = with_most_memory(&content, spare)?;
        }
        if !name.ends_with(".html") {
            return Some(content);
        }
        let mut page = String::from_utf8(content).ok()?;
        if first.is_some() {
            page = with_first(&page);
        }
        for (old, new) in self.rules.replace {
            assert!(page.contains(old), "{name} does not hold {old}");
            page = page.replace(old, new);
        }
        Some(page.into())
    }
}

/// The path of the file that is meant, where that of a folder is given.
fn with_index(path: &str) -> Cow<'_, str> {
    if path.ends_with('/') {
        format!("{path}index.html").into()
    } else {
        path.into()
    }
}

/// A wasm module whose memory can't grow by more than so many pages.
fn with_most_memory(module: &[u8], spare: u64) -> Option<Vec<u8>> {
    let mut module = walrus::Module::from_buffer(module).ok()?;
    for memory in module.memories.iter_mut() {
        memory.maximum = Some(memory.initial + spare);
    }
    Some(module.emit_wasm())
}

#[expect(clippy::disallowed_methods, reason = "this never runs in a browser")]
fn spawn(work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    thread::spawn(work)
}
