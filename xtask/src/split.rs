//! Takes the page's program apart: what the first view runs, and what can come later.
//!
//! One program is compiled; after that, some of its functions are moved into a second module, which is
//! loaded once the first view stands. Both work on the same memory, tables and globals, so a moved
//! function does what it did before, and the program's source knows nothing of it.
//!
//! - In the *primary* module each moved function that is still called, or has a place in the table of
//!   functions (closures, trait objects), becomes a stub: it asks for the later module by the program's
//!   import `loadLater(null)`, which returns when that is there, and then calls the function through
//!   its slot in the table.
//! - The *later* module imports from the primary's exports whatever it uses of it. When it is
//!   instantiated, it puts its own functions into their slots, and the data that only these use into
//!   the memory.
//!
//! Which functions are moved is a list of names, which [`crate::profile`] measures. It can't be wrong,
//! only unfavourable: a function that isn't on it is in the primary module, and one that is on it by
//! mistake is called through its stub.

mod data;
mod functions;
mod names;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use anyhow::{Context, Result, ensure};
use walrus::ir::Value;
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind,
    GlobalKind, ImportKind, ImportedFunction, Module, RefType, TableId,
};

use data::move_data;

pub use data::Layout;
pub use functions::Functions;
pub use names::{crates, plain, short};

/// The program's import that loads the later module: its argument is what to call when that is there,
/// or null if it must be there on return.
const LOAD: &str = "loadLater";

/// What the later module calls the primary one, from which it imports.
const PRIMARY: &str = "0";

/// The two modules that have come out of one.
#[derive(Debug)]
pub struct Parts {
    pub primary: Module,
    pub later: Module,
}

impl Parts {
    /// Writes into the primary module what the file with the later one is called: an export has this
    /// name. So those of two builds can't be mixed up.
    pub fn name_later(&mut self, name: &str) -> Result<()> {
        let table = function_table(&self.primary)?;
        self.primary.exports.add(name, table);
        Ok(())
    }
}

/// Moves the functions with these plain names, and what only they use, out of a program. `layout` is
/// that of the program as the linker has left it: wasm-bindgen leaves data where they are.
pub fn split(wasm: &[u8], layout: &Layout, names: &HashSet<&str>) -> Result<Parts> {
    let mut primary = Module::from_buffer(wasm).context("the program can't be read")?;
    let mut later = Module::from_buffer(wasm)?;
    ensure!(
        primary.elements.iter().all(|it| is_active(&it.kind)),
        "the program has element segments that are not active, which can't be split"
    );
    // A function has the same place in both.
    let functions: Vec<FunctionId> = primary.funcs.iter().map(|it| it.id()).collect();
    let in_later: Vec<FunctionId> = later.funcs.iter().map(|it| it.id()).collect();

    let moved = functions.iter().map(|id| {
        let function = primary.funcs.get(*id);
        let name = function.name.as_deref().map(plain);
        matches!(function.kind, FunctionKind::Local(_))
            && name.is_some_and(|name| names.contains(name.as_str()))
    });
    let moved: Vec<bool> = moved.collect();
    for (id, _) in functions.iter().zip(&moved).filter(|(_, moved)| **moved) {
        let ty = primary.types.get(primary.funcs.get(*id).ty());
        let (parameters, results) = (ty.params().to_vec(), ty.results().to_vec());
        let mut body = FunctionBuilder::new(&mut primary.types, &parameters, &results);
        body.func_body().unreachable();
        primary.funcs.get_mut(*id).kind = FunctionKind::Local(body.local_func(Vec::new()));
    }
    // What comes from JavaScript comes to the primary module, also for the later one.
    let imports = primary
        .imports
        .iter()
        .filter_map(|import| match import.kind {
            ImportKind::Function(function) => Some(function),
            _ => None,
        });
    let imports: Vec<FunctionId> = imports.collect();
    let kept = imports.iter().map(|id| primary.exports.add("", *id));
    let kept: Vec<_> = kept.collect();
    walrus::passes::gc::run(&mut primary);
    let left: HashSet<FunctionId> = primary.funcs.iter().map(|it| it.id()).collect();

    let mut slots = Vec::new();
    for (index, id) in functions.iter().enumerate() {
        if !moved[index] {
            if left.contains(id) {
                import_function(&mut later, in_later[index]);
            }
        } else if left.contains(id) {
            for slot in make_stub(&mut primary, *id)? {
                slots.push((slot, in_later[index]));
            }
        }
    }
    slots.sort_unstable_by_key(|(slot, _)| *slot);
    let table = import_state(&mut later, &primary)?;
    fill(&mut later, table, &slots);
    let unreached = layout.unreached(|name| names.contains(name));
    move_data(&mut primary, &mut later, &unreached)?;
    walrus::passes::gc::run(&mut later);
    connect(&mut primary, &mut later)?;
    for export in kept {
        primary.exports.delete(export);
    }
    walrus::passes::gc::run(&mut primary);
    for module in [&mut primary, &mut later] {
        // What the linker says of places holds no longer.
        for section in ["linking", "reloc.CODE", "reloc.DATA"] {
            module.customs.remove_raw(section);
        }
    }
    Ok(Parts { primary, later })
}

fn is_active(kind: &ElementKind) -> bool {
    matches!(kind, ElementKind::Active { .. })
}

fn function_table(module: &Module) -> Result<TableId> {
    let table = module.tables.main_function_table()?;
    table.context("the program has no table of functions")
}

/// Gives a moved function a body that loads the later module and goes on there. Returns the function's
/// slots in the table; one that had none has got one.
fn make_stub(primary: &mut Module, id: FunctionId) -> Result<Vec<u32>> {
    let load = primary.imports.iter().find_map(|import| match import.kind {
        ImportKind::Function(function) if import.name.contains(LOAD) => Some(function),
        _ => None,
    });
    let load = load.with_context(|| format!("the program imports no {LOAD}"))?;
    let table = function_table(primary)?;
    let mut slots = slots_of(primary, table, id)?;
    if slots.is_empty() {
        let table = primary.tables.get_mut(table);
        slots.push(u32::try_from(table.initial)?);
        table.initial += 1;
        table.maximum = table.maximum.map(|maximum| maximum + 1);
    }

    let ty = primary.funcs.get(id).ty();
    let (parameters, results) = {
        let ty = primary.types.get(ty);
        (ty.params().to_vec(), ty.results().to_vec())
    };
    let arguments = parameters.iter().map(|ty| primary.locals.add(*ty));
    let arguments: Vec<_> = arguments.collect();
    let mut stub = FunctionBuilder::new(&mut primary.types, &parameters, &results);
    let mut body = stub.func_body();
    body.ref_null(RefType::EXTERNREF).call(load);
    for argument in &arguments {
        body.local_get(*argument);
    }
    body.i32_const(slots[0].cast_signed())
        .call_indirect(ty, table);
    primary.funcs.get_mut(id).kind = FunctionKind::Local(stub.local_func(arguments));
    Ok(slots)
}

/// Where a function stands in the table.
fn slots_of(module: &Module, table: TableId, id: FunctionId) -> Result<Vec<u32>> {
    let mut slots = Vec::new();
    for element in module.elements.iter() {
        let (ElementKind::Active { table: of, offset }, ElementItems::Functions(items)) =
            (&element.kind, &element.items)
        else {
            continue;
        };
        let ConstExpr::Value(Value::I32(offset)) = offset else {
            anyhow::bail!("an element segment lies at an offset that isn't a number");
        };
        let offset = offset.cast_unsigned();
        if *of == table {
            let here = (offset..).zip(items).filter(|(_, item)| **item == id);
            slots.extend(here.map(|(slot, _)| slot));
        }
    }
    Ok(slots)
}

/// Makes an import of a function that has its body elsewhere, or was an import already.
fn import_function(later: &mut Module, id: FunctionId) {
    if let Some(import) = later.imports.get_imported_func(id).map(|it| it.id()) {
        later.imports.delete(import);
    }
    let ty = later.funcs.get(id).ty();
    let import = later.imports.add(PRIMARY, "", id);
    later.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
}

/// Makes imports of all that both modules share but functions, and leaves nothing that is done once:
/// data, elements, exports, the start function. Returns the table of functions.
fn import_state(later: &mut Module, primary: &Module) -> Result<TableId> {
    let table = function_table(later)?;
    let Module {
        imports,
        memories,
        tables,
        globals,
        ..
    } = later;
    for memory in memories.iter_mut() {
        memory.import = Some(imports.add(PRIMARY, "", memory.id()));
        memory.maximum = None;
        memory.data_segments.clear();
    }
    let slots = primary.tables.get(function_table(primary)?).initial;
    tables.get_mut(table).initial = slots;
    for table in tables.iter_mut() {
        table.import = Some(imports.add(PRIMARY, "", table.id()));
        table.maximum = None;
        table.elem_segments.clear();
    }
    let shared: Vec<usize> = primary.globals.iter().map(|it| it.id().index()).collect();
    for id in Vec::from_iter(globals.iter().map(|it| it.id())) {
        let global = globals.get_mut(id);
        // One that never changes may be there twice; one that only moved functions use is theirs.
        if global.mutable && shared.contains(&id.index()) {
            global.kind = GlobalKind::Import(imports.add(PRIMARY, "", id));
        }
    }
    for id in Vec::from_iter(later.data.iter().map(|it| it.id())) {
        later.data.delete(id);
    }
    for id in Vec::from_iter(later.elements.iter().map(|it| it.id())) {
        later.elements.delete(id);
    }
    for id in Vec::from_iter(later.exports.iter().map(|it| it.id())) {
        later.exports.delete(id);
    }
    later.start = None;
    Ok(table)
}

/// Adds the segments that put functions into their slots. The slots ascend.
fn fill(later: &mut Module, table: TableId, slots: &[(u32, FunctionId)]) {
    for run in slots.chunk_by(|(slot, _), (next, _)| slot + 1 == *next) {
        let offset = ConstExpr::Value(Value::I32(run[0].0.cast_signed()));
        let functions = run.iter().map(|(_, function)| *function).collect();
        let kind = ElementKind::Active { table, offset };
        later.elements.add(kind, ElementItems::Functions(functions));
    }
}

/// Exports from the primary module what the later one imports, under names as short as can be.
fn connect(primary: &mut Module, later: &mut Module) -> Result<()> {
    for (number, import) in later.imports.iter_mut().enumerate() {
        // The same thing has the same place in both.
        let item: Option<ExportItem> = match import.kind {
            ImportKind::Function(id) => {
                let mut all = primary.funcs.iter().map(|it| it.id());
                all.find(|it| it.index() == id.index()).map(Into::into)
            }
            ImportKind::Table(id) => {
                let mut all = primary.tables.iter().map(|it| it.id());
                all.find(|it| it.index() == id.index()).map(Into::into)
            }
            ImportKind::Memory(id) => {
                let mut all = primary.memories.iter().map(|it| it.id());
                all.find(|it| it.index() == id.index()).map(Into::into)
            }
            ImportKind::Global(id) => {
                let mut all = primary.globals.iter().map(|it| it.id());
                all.find(|it| it.index() == id.index()).map(Into::into)
            }
            ImportKind::Tag(_) => None,
        };
        let item = item.context("the later module uses what the primary has lost")?;
        import.name = short(number);
        primary.exports.add(&import.name, item);
    }
    Ok(())
}
