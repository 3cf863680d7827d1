//! Runs installations, two at a time, with one line that says how far they are.

#![expect(
    clippy::disallowed_methods,
    reason = "this clock runs on the machine itself, not in a browser"
)]

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::project;

use super::tools;

/// Compiling two tools at once fills the moments in which either has only one crate to compile.
const AT_ONCE: usize = 2;

type Work = Box<dyn FnOnce(&Log<'_>) -> Result<()> + Send>;

/// One installation.
pub struct Job {
    name: String,
    work: Work,
}

impl Job {
    pub fn new(
        name: impl Into<String>,
        work: impl FnOnce(&Log<'_>) -> Result<()> + Send + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            work: Box::new(work),
        }
    }
}

/// What the running jobs are doing.
#[derive(Default)]
struct Board(Mutex<State>);

#[derive(Default)]
struct State {
    /// Each job's name, and how far it is.
    running: Vec<(String, String)>,
    finished: bool,
}

impl Board {
    /// A panic while the board was held leaves nothing half-done on it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs the jobs; the first error ends it, once the other running job has come to its end.
pub fn run_all(jobs: Vec<Job>) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let board = Board::default();
    let queue = Mutex::new(VecDeque::from(jobs));
    let take = || {
        queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    let started = Instant::now();
    thread::scope(|scope| {
        let display = scope.spawn(|| show_progress(&board, started));
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(job) = take() {
                        let outcome = run(job, &board);
                        if outcome.is_err() {
                            while take().is_some() {}
                        }
                        outcome?;
                    }
                    Ok(())
                })
            })
            .collect();
        let outcomes: Vec<Result<()>> = workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker does not panic"))
            .collect();
        board.state().finished = true;
        display.thread().unpark();
        outcomes.into_iter().collect()
    })
}

fn run(job: Job, board: &Board) -> Result<()> {
    let started = Instant::now();
    board
        .state()
        .running
        .push((job.name.clone(), String::new()));
    let log = Log::open(&job.name, board)?;
    let outcome = (job.work)(&log);
    board.state().running.retain(|(name, _)| *name != job.name);
    let end = if outcome.is_ok() {
        "done in"
    } else {
        "failed after"
    };
    say(&format!(
        "  {}: {end} {}",
        job.name,
        clock(started.elapsed())
    ));
    outcome.with_context(|| format!("{} failed", job.name))
}

/// Where one job's commands write, and its place on the board.
pub struct Log<'a> {
    job: String,
    path: PathBuf,
    board: &'a Board,
}

impl<'a> Log<'a> {
    fn open(job: &str, board: &'a Board) -> Result<Self> {
        let folder = tools().join("logs");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!(
            "{}.log",
            job.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-")
        ));
        File::create(&path)?;
        Ok(Self {
            job: job.into(),
            path,
            board,
        })
    }

    /// Runs a command whose output goes to the log; fails with the log's end if it fails.
    pub fn run(&self, command: &mut Command) -> Result<()> {
        self.run_within(Duration::MAX, command)
    }

    /// The same, ended if it takes longer than `limit`.
    pub fn run_within(&self, limit: Duration, command: &mut Command) -> Result<()> {
        let line = project::line(command);
        let (output, input) = io::pipe()?;
        command
            .stdin(Stdio::null())
            .stdout(input.try_clone()?)
            .stderr(input)
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TERM_PROGRESS_WHEN", "always")
            .env("CARGO_TERM_PROGRESS_WIDTH", "80");
        let mut child = command
            .spawn()
            .with_context(|| format!("can't run `{line}`"))?;
        // Our own copies of the pipe's end would keep it open for ever.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let in_time = thread::scope(|scope| {
            scope.spawn(|| self.follow(output));
            wait(&mut child, limit)
        })?;
        let status = child.wait()?;
        if !in_time {
            bail!("`{line}` took longer than {}", clock(limit));
        }
        if !status.success() {
            let log = fs::read_to_string(&self.path).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let end = lines[lines.len().saturating_sub(20)..].join("\n");
            bail!(
                "`{line}` ended with {status}; the end of {}:\n{end}",
                self.path.display()
            );
        }
        Ok(())
    }

    /// Copies a command's output to the log, and its progress to the board.
    fn follow(&self, output: impl Read) {
        let Ok(mut file) = File::options().append(true).open(&self.path) else {
            return;
        };
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            // A line that changes is one of many parts.
            for text in String::from_utf8_lossy(&line).split('\r') {
                match progress(text) {
                    Some(progress) => self.note(progress),
                    None if text.trim().is_empty() => {}
                    None => drop(writeln!(file, "{text}")),
                }
            }
        }
    }

    fn note(&self, progress: &str) {
        if let Some(entry) = self
            .board
            .state()
            .running
            .iter_mut()
            .find(|(name, _)| *name == self.job)
        {
            entry.1 = progress.into();
        }
    }
}

/// The "12/345" in cargo's progress line.
fn progress(line: &str) -> Option<&str> {
    let bar = line.trim_start().strip_prefix("Building [")?;
    let fraction = bar.split(']').nth(1)?.split(':').next()?.trim();
    fraction
        .split_once('/')
        .filter(|(done, all)| done.parse::<u32>().is_ok() && all.parse::<u32>().is_ok())?;
    Some(fraction)
}

/// Whether the child ended by itself within the limit; it is ended if not.
fn wait(child: &mut Child, limit: Duration) -> io::Result<bool> {
    if limit == Duration::MAX {
        return child.wait().map(|_| true);
    }
    let started = Instant::now();
    while child.try_wait()?.is_none() {
        if started.elapsed() > limit {
            child.kill()?;
            return Ok(false);
        }
        thread::park_timeout(Duration::from_millis(50));
    }
    Ok(true)
}

/// On a terminal one line that changes, elsewhere a line now and then.
fn show_progress(board: &Board, started: Instant) {
    let terminal = io::stderr().is_terminal();
    let pause = Duration::from_millis(if terminal { 500 } else { 15_000 });
    loop {
        thread::park_timeout(pause);
        let state = board.state();
        if state.finished {
            break;
        }
        let jobs: Vec<String> = state
            .running
            .iter()
            .map(|(name, progress)| format!("{name} {progress}").trim().to_owned())
            .collect();
        drop(state);
        let line = format!("  [{}] {}", clock(started.elapsed()), jobs.join(" · "));
        if terminal {
            eprint!("{ERASE}{line}");
        } else {
            eprintln!("{line}");
        }
    }
    if terminal {
        eprint!("{ERASE}");
    }
}

/// Makes a terminal's current line empty.
const ERASE: &str = "\r\x1b[2K";

/// Prints a line in place of the changing one.
fn say(line: &str) {
    let erase = if io::stderr().is_terminal() {
        ERASE
    } else {
        ""
    };
    eprintln!("{erase}{line}");
}

fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_of_cargo() {
        assert_eq!(
            progress("    Building [====>      ] 120/345: syn, tokio(build)"),
            Some("120/345")
        );
        assert_eq!(progress("   Compiling syn v2.0.1"), None);
        assert_eq!(progress("    Building [=>  ] soon"), None);
    }

    #[test]
    fn a_clock_shows_minutes_and_seconds() {
        assert_eq!(clock(Duration::from_secs(125)), "2:05");
    }
}
