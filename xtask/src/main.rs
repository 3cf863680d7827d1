//! The project's own commands, run as `cargo xtask COMMAND`. Each one first looks for the tools
//! that it needs and installs what is missing, so that a bare machine and a prepared one take
//! the same commands.
//!
//! - [`setup`] finds and installs tools, and knows the environment to run them in;
//! - [`serve`], [`mod@test`], [`fuzz`], [`soak`], [`mutants`], [`build`], [`check`], [`audit`] and [`mod@bench`] are the commands;
//! - [`post_build`] is trunk's hook, [`policy`] what it says of security, and [`split`] with [`profile`] what makes the program small;
//! - [`python`] is an environment of Python's own, for some of them;
//! - [`sizes`], [`mod@crates`], [`fallback_script`] and [`architecture`] are the parts of them that compute
//!   something.

mod architecture;
mod audit;
mod bench;
mod build;
mod check;
mod coverage;
mod crates;
mod embed_test;
mod fallback_script;
mod fuzz;
mod mutants;
mod policy;
mod post_build;
mod profile;
mod project;
mod python;
mod serve;
mod setup;
mod single_file;
mod sizes;
mod soak;
mod split;
mod test;

use std::ffi::OsString;
use std::process::ExitCode;

use lexopt::prelude::*;

use setup::Tool;

const HELP: &str = "\
The commands of Dropout Moments. Each installs the tools that it lacks, and says so first.

Usage: cargo xtask COMMAND

  serve    build the page, serve it on this machine and open it in the browser
             --port N     the port (default 8080)
             --no-open    only print the address
             --release    optimised, as it is published
  test     run every test; the options narrow it down, FILTER to tests with that in their name
             --native     unit, integration and documentation tests on this machine
             --browser    the page's parts, compiled to wasm, in a headless browser
             --end-to-end the built page, driven through WebDriver
             --with-python the native tests that run the page's code, too, in an environment of its own
             --all-browsers  in Chromium, Firefox and WebKit, not in Chromium alone
             --in NAME       in this one of them
             [FILTER]
  fuzz     try hostile links and files, natively and, a hundredth of them, in Chromium
             --cases N    how many (default 1000000)
  soak     let a reader who does anything at all loose on the built page
             --minutes N  for how long (default 10)
             --in NAME    in this browser (default chromium), --all-browsers in each
             --seed N     another reader (default 1)
  mutants  change one thing of the pure core at a time, and see whether its tests notice
             --room NAME  of this room of src/ only: settings, theory, sampling, network, charts, scene
             --of N       each Nth change only (default 1: all, which takes hours)
  coverage say which lines of the pure core the native tests never reach
  deny     hold the dependencies to their licences, one version of each, and one registry
  build    make dist/, the page as it is published, and print the size of each file
             --address URL  where it will lie: previews of links show their picture then
  single-file
           write dropout-moments.html, the page as one file that works by double click
  check    formatting, the map of the code, lints for both targets, documentation; no warning passes
  audit    let Lighthouse (four times 100) and axe-core (no violation) judge the page
             --built      as it lies in dist/, where a test or a build has just made it
  embed-test
           put the figures into an MkDocs page, a Sphinx page, a notebook, slides and others, each built
           by its own tool, and look whether they draw, fit and move
  bench    time the experiment, the scene and the page on this machine, beside their baselines
             --with-python      NumPy and PyTorch too, in an environment of their own
  study    train every rule with many seeds (minutes), and write study/: what the section of training says
           comes from it; with `summary`, only what is made of study/runs.csv
  social-picture
           make www/social.png anew, which sites show beside a link to the page
  profile  find out which functions the first view runs, and renew xtask/later.txt, the list of those
           that the page loads later
  run      run any COMMAND with these tools and in this environment:
             -- COMMAND [ARGUMENTS]

  -h, --help    print this
";

/// What the command line asks for.
enum Request {
    Help,
    Serve(serve::Options),
    Test(test::Options),
    Fuzz {
        cases: u32,
    },
    Soak(soak::Options),
    Mutants {
        room: Option<String>,
        parts: u32,
    },
    Coverage,
    Deny,
    Build {
        address: Option<String>,
    },
    Check,
    Audit {
        is_built: bool,
    },
    Bench {
        with_python: bool,
    },
    SingleFile,
    EmbedTest,
    Study(Vec<OsString>),
    SocialPicture,
    Run(Vec<OsString>),
    Profile,
    /// For trunk's hook in `Trunk.toml`.
    PostBuild,
    /// For `serve`: reads trunk's messages and adds the page's address.
    Announce(String),
}

fn main() -> ExitCode {
    let request = match request(lexopt::Parser::from_env()) {
        Ok(request) => request,
        Err(error) => {
            eprintln!("error: {error}\n`cargo xtask --help` lists what there is.");
            return ExitCode::from(2);
        }
    };
    let outcome = match request {
        Request::Help => {
            print!("{HELP}");
            Ok(())
        }
        Request::Serve(options) => serve::serve(&options),
        Request::Test(options) => test::test(&options),
        Request::Fuzz { cases } => fuzz::fuzz(cases),
        Request::Soak(options) => soak::soak(&options),
        Request::Mutants { room, parts } => mutants::mutants(room.as_deref(), parts),
        Request::Coverage => coverage::coverage(),
        Request::Deny => deny(),
        Request::Build { address } => build::build(address.as_deref()).and_then(|dist| {
            crates::report(&post_build::linked())?;
            sizes::report(&dist)
        }),
        Request::Check => check::check(),
        Request::Audit { is_built } => audit::audit(is_built),
        Request::Bench { with_python } => bench::bench(with_python),
        Request::SingleFile => single_file::single_file(),
        Request::EmbedTest => embed_test::embed_test(),
        Request::Study(arguments) => study(&arguments),
        Request::SocialPicture => social_picture(),
        Request::Run(command) => {
            setup::prepare(&Tool::EVERYDAY).and_then(|tools| tools.run(&command))
        }
        Request::Profile => profile::profile(),
        Request::PostBuild => post_build::run(),
        Request::Announce(address) => serve::announce(&address),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn request(mut arguments: lexopt::Parser) -> Result<Request, lexopt::Error> {
    let command = match arguments.next()? {
        None => return Err("a command is missing".into()),
        Some(Short('h') | Long("help")) => return Ok(Request::Help),
        Some(Value(command)) => command.string()?,
        Some(other) => return Err(other.unexpected()),
    };
    match command.as_str() {
        "serve" => {
            let mut options = serve::Options::default();
            while let Some(argument) = arguments.next()? {
                match argument {
                    Short('h') | Long("help") => return Ok(Request::Help),
                    Long("port") => options.port = arguments.value()?.parse()?,
                    Long("no-open") => options.open = false,
                    Long("release") => options.release = true,
                    other => return Err(other.unexpected()),
                }
            }
            Ok(Request::Serve(options))
        }
        "test" => {
            let mut suites = Vec::new();
            let mut engines = vec![setup::Engine::Chromium];
            let mut filter = None;
            let mut with_python = false;
            while let Some(argument) = arguments.next()? {
                match argument {
                    Short('h') | Long("help") => return Ok(Request::Help),
                    Long("native") => suites.push(test::Suite::Native),
                    Long("browser") => suites.push(test::Suite::Browser),
                    Long("end-to-end") => suites.push(test::Suite::EndToEnd),
                    Long("with-python") => with_python = true,
                    Long("all-browsers") => engines = setup::Engine::ALL.into(),
                    Long("in") => engines = vec![engine(&arguments.value()?.string()?)?],
                    Value(value) if filter.is_none() => filter = Some(value.string()?),
                    other => return Err(other.unexpected()),
                }
            }
            let mut options = test::Options::new(suites, filter);
            options.engines = engines;
            options.with_python = with_python;
            Ok(Request::Test(options))
        }
        "fuzz" => {
            let mut cases = 1_000_000;
            while let Some(argument) = arguments.next()? {
                match argument {
                    Short('h') | Long("help") => return Ok(Request::Help),
                    Long("cases") => cases = arguments.value()?.parse()?,
                    other => return Err(other.unexpected()),
                }
            }
            Ok(Request::Fuzz { cases })
        }
        "soak" => {
            let mut options = soak::Options {
                minutes: 10,
                engines: vec![setup::Engine::Chromium],
                seed: 1,
            };
            while let Some(argument) = arguments.next()? {
                match argument {
                    Short('h') | Long("help") => return Ok(Request::Help),
                    Long("minutes") => options.minutes = arguments.value()?.parse()?,
                    Long("all-browsers") => options.engines = setup::Engine::ALL.into(),
                    Long("in") => options.engines = vec![engine(&arguments.value()?.string()?)?],
                    Long("seed") => options.seed = arguments.value()?.parse()?,
                    other => return Err(other.unexpected()),
                }
            }
            Ok(Request::Soak(options))
        }
        "mutants" => {
            let (mut room, mut parts) = (None, 1);
            while let Some(argument) = arguments.next()? {
                match argument {
                    Short('h') | Long("help") => return Ok(Request::Help),
                    Long("room") => room = Some(arguments.value()?.string()?),
                    Long("of") => parts = arguments.value()?.parse()?,
                    other => return Err(other.unexpected()),
                }
            }
            Ok(Request::Mutants { room, parts })
        }
        "coverage" => plain(arguments, Request::Coverage),
        "deny" => plain(arguments, Request::Deny),
        "build" => {
            let mut address = None;
            while let Some(argument) = arguments.next()? {
                match argument {
                    Short('h') | Long("help") => return Ok(Request::Help),
                    Long("address") => address = Some(arguments.value()?.string()?),
                    other => return Err(other.unexpected()),
                }
            }
            Ok(Request::Build { address })
        }
        "check" => plain(arguments, Request::Check),
        "audit" => switch(arguments, "built", |is_built| Request::Audit { is_built }),
        "bench" => switch(arguments, "with-python", |with_python| Request::Bench {
            with_python,
        }),
        "single-file" => plain(arguments, Request::SingleFile),
        "embed-test" => plain(arguments, Request::EmbedTest),
        "study" => Ok(Request::Study(arguments.raw_args()?.collect())),
        "social-picture" => plain(arguments, Request::SocialPicture),
        "run" => {
            let command: Vec<OsString> = match arguments.next()? {
                Some(Value(program)) => std::iter::once(program)
                    .chain(arguments.raw_args()?)
                    .collect(),
                Some(Short('h') | Long("help")) => return Ok(Request::Help),
                Some(other) => return Err(other.unexpected()),
                None => return Err("run what? `cargo xtask run -- COMMAND`".into()),
            };
            Ok(Request::Run(command))
        }
        "profile" => plain(arguments, Request::Profile),
        "post-build" => plain(arguments, Request::PostBuild),
        "announce" => {
            let address = arguments.value()?.string()?;
            plain(arguments, Request::Announce(address))
        }
        other => Err(format!("there is no command {other:?}").into()),
    }
}

/// The browser of that name.
fn engine(name: &str) -> Result<setup::Engine, lexopt::Error> {
    let mut engines = setup::Engine::ALL.into_iter();
    let engine = engines.find(|engine| engine.name().eq_ignore_ascii_case(name));
    engine.ok_or_else(|| format!("{name:?} is none of chromium, firefox, webkit").into())
}

/// Not of known vulnerabilities: their list is on GitHub, which not every machine reaches.
fn deny() -> anyhow::Result<()> {
    let tools = setup::prepare(&[Tool::Deny])?;
    let deny = "deny --workspace check licenses bans sources";
    project::run(tools.command("cargo").args(deny.split(' ')))
}

/// Draws it with the program that draws the page's pictures, which needs a browser for this one.
fn social_picture() -> anyhow::Result<()> {
    let tools = setup::prepare(&[Tool::Browser])?;
    let draw = "run --quiet --package xtask --features pictures --bin pictures -- social";
    project::run(tools.command("cargo").args(draw.split(' ')))
}

/// Trains with all processors, in a program that is optimised.
fn study(arguments: &[OsString]) -> anyhow::Result<()> {
    let study = "run --release --quiet --package xtask --features study --bin study --";
    let mut cargo = std::process::Command::new("cargo");
    project::run(cargo.args(study.split(' ')).args(arguments))
}

/// A command with one option, which is given or not.
fn switch(
    mut arguments: lexopt::Parser,
    name: &str,
    request: impl FnOnce(bool) -> Request,
) -> Result<Request, lexopt::Error> {
    let mut is_given = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Request::Help),
            Long(it) if it == name => is_given = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(request(is_given))
}

/// A command that takes no options of its own.
fn plain(mut arguments: lexopt::Parser, request: Request) -> Result<Request, lexopt::Error> {
    match arguments.next()? {
        None => Ok(request),
        Some(Short('h') | Long("help")) => Ok(Request::Help),
        Some(other) => Err(other.unexpected()),
    }
}
