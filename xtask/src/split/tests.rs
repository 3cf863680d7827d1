//! Small programs, split, and run in an interpreter.

use std::collections::HashSet;

use walrus::Module;
use wasmi::{Caller, Engine, Extern, Instance, Linker, Store, Val};

use super::{Layout, Parts, split};

/// How often the later module was asked for, and itself, where it can be had.
struct World {
    asked: u32,
    there: bool,
    later: Option<Vec<u8>>,
}

/// What the host offers a program: what the glue does in the page.
fn linker(engine: &Engine) -> Linker<World> {
    let mut linker = Linker::new(engine);
    let load = |mut caller: Caller<'_, World>, _then: wasmi::Nullable<wasmi::ExternRef>| {
        caller.data_mut().asked += 1;
        if caller.data().there {
            return Ok(());
        }
        let Some(later) = caller.data().later.clone() else {
            return Err(wasmi::Error::new("not to be had"));
        };
        caller.data_mut().there = true;
        let module = wasmi::Module::new(caller.engine(), &later)?;
        let mut linker = <Linker<World>>::new(caller.engine());
        let names: Vec<String> = module.imports().map(|it| it.name().to_owned()).collect();
        for name in names {
            let item = caller.get_export(&name).expect("the primary exports it");
            linker.define("0", &name, item)?;
        }
        linker.instantiate_and_start(&mut caller, &module)?;
        Ok(())
    };
    let _ = linker
        .func_wrap("glue", "__wbg_loadLater_0123456789abcdef", load)
        .and_then(|linker| linker.func_wrap("glue", "ten", || 10_i32))
        .expect("the names are new");
    linker
}

/// The program's primary part, running.
struct Running {
    store: Store<World>,
    instance: Instance,
}

impl Running {
    fn new(mut parts: Parts, can_load: bool) -> Self {
        let engine = Engine::default();
        let later = can_load.then(|| parts.later.emit_wasm());
        let world = World {
            asked: 0,
            there: false,
            later,
        };
        let mut store = Store::new(&engine, world);
        let module = wasmi::Module::new(&engine, &parts.primary.emit_wasm()[..]);
        let module = module.expect("the primary module is valid");
        let instance = linker(&engine).instantiate_and_start(&mut store, &module);
        Self {
            instance: instance.expect("it starts"),
            store,
        }
    }

    fn call(&mut self, name: &str, argument: i32) -> Result<i32, wasmi::Error> {
        let function = self.instance.get_export(&self.store, name);
        let function = function.and_then(Extern::into_func).expect("is exported");
        let mut results = [Val::I32(0)];
        function.call(&mut self.store, &[Val::I32(argument)], &mut results)?;
        Ok(results[0].i32().expect("gives a number"))
    }
}

/// `direct` calls a cold function, `indirect` one through the table; the cold ones share memory, a
/// global, an import and a function with the others, and have a function of their own.
const PROGRAM: &str = r#"(module
    (import "glue" "__wbg_loadLater_0123456789abcdef" (func $load (param externref)))
    (import "glue" "ten" (func $ten (result i32)))
    (memory 1)
    (table 3 3 funcref)
    (elem (i32.const 1) $app::hot $app::in_the_table.17)
    (global $count (mut i32) (i32.const 0))
    (data (i32.const 8) "\07")
    (type $unary (func (param i32) (result i32)))
    (func $start (export "start") (param i32) (result i32)
        (call $load (ref.null extern))
        (global.get $count))
    (func $app::hot (export "hot") (param i32) (result i32)
        (i32.add (local.get 0) (i32.const 1)))
    (func $app::cold (param i32) (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 100)))
        (i32.add (call $app::only_for_cold (local.get 0)) (i32.load (i32.const 8))))
    (func $app::only_for_cold (param i32) (result i32)
        (i32.add (call $app::hot (local.get 0)) (call $ten)))
    (func $app::in_the_table.17 (param i32) (result i32)
        (i32.mul (local.get 0) (i32.const 2)))
    (func $direct (export "direct") (param i32) (result i32) (call $app::cold (local.get 0)))
    (func $indirect (export "indirect") (param i32) (result i32)
        (call_indirect (type $unary) (local.get 0) (i32.const 2)))
    (func $count_so_far (export "count") (param i32) (result i32) (global.get $count)))"#;

fn parts(names: &[&str]) -> Parts {
    let wasm = wat::parse_str(PROGRAM).expect("the program is well written");
    split(
        &wasm,
        &Layout::default(),
        &HashSet::from_iter(names.iter().copied()),
    )
    .expect("it can be split")
}

fn has(module: &Module, name: &str) -> bool {
    module
        .funcs
        .iter()
        .any(|it| it.name.as_deref() == Some(name))
}

#[test]
fn what_only_moved_functions_call_moves_with_them() {
    let parts = parts(&["app::cold"]);
    assert!(!has(&parts.primary, "app::only_for_cold"));
    let imports = parts.later.imports.iter().count();
    // Memory, table, global, `hot` and `ten`.
    assert_eq!(imports, 5);
    assert_eq!(parts.later.exports.iter().count(), 0);
    assert_eq!(parts.later.data.iter().count(), 0);
}

#[test]
fn a_moved_function_does_what_it_did() {
    for names in [
        &["app::cold"][..],
        &["app::cold", "app::in_the_table", "app::hot", "gone"],
        &["app::only_for_cold"],
        &[],
    ] {
        let mut program = Running::new(parts(names), true);
        let result = |it: Result<i32, wasmi::Error>| it.expect("it runs");
        assert_eq!(
            result(program.call("direct", 5)),
            5 + 1 + 10 + 7,
            "{names:?}"
        );
        assert_eq!(result(program.call("count", 0)), 100, "one global for both");
        assert_eq!(result(program.call("indirect", 21)), 42, "{names:?}");
        assert_eq!(result(program.call("hot", 1)), 2, "{names:?}");
    }
}

#[test]
fn the_later_part_is_asked_for_where_it_is_needed_and_not_before() {
    let mut program = Running::new(parts(&["app::cold", "app::in_the_table"]), true);
    assert_eq!(program.call("hot", 1).expect("it runs"), 2);
    assert_eq!(program.store.data().asked, 0);
    assert_eq!(program.call("indirect", 4).expect("it runs"), 8);
    assert_eq!(program.store.data().asked, 1);
    // From now on the table leads there at once.
    assert_eq!(program.call("indirect", 4).expect("it runs"), 8);
    assert_eq!(program.store.data().asked, 1);
}

#[test]
fn without_the_later_part_the_call_fails_and_the_rest_goes_on() {
    let mut program = Running::new(parts(&["app::cold"]), false);
    let error = program.call("direct", 1).expect_err("it is not there");
    assert!(error.to_string().contains("not to be had"), "{error}");
    assert_eq!(program.call("indirect", 4).expect("it runs"), 8);
}

#[test]
fn the_primary_part_names_the_file_of_the_later_one() {
    let mut parts = parts(&["app::cold"]);
    parts.name_later("app-1.later.wasm").expect("has a table");
    let mut exports = parts.primary.exports.iter();
    assert!(exports.any(|it| it.name == "app-1.later.wasm"));
}

#[test]
fn a_program_that_cannot_load_is_refused() {
    let program = PROGRAM.replace("loadLater", "somethingElse");
    let wasm = wat::parse_str(&program).expect("the program is well written");
    let error =
        split(&wasm, &Layout::default(), &HashSet::from(["app::cold"])).expect_err("nothing loads");
    assert_eq!(error.to_string(), "the program imports no loadLater");
}
