//! What `www/single.js` calls.
#![allow(
    unsafe_code,
    reason = "JavaScript hands over bytes at an address, and memory comes from nobody else"
)]

use alloc::vec::Vec;
use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::panic::PanicInfo;
use core::slice;

/// Room for so many bytes, which are zero.
#[unsafe(no_mangle)]
extern "C" fn room(length: usize) -> *mut u8 {
    Vec::leak(alloc::vec![0; length]).as_mut_ptr()
}

/// Where the unpacked bytes begin; how many there are stands in the packed ones.
///
/// # Safety
/// At `packed` there are `length` bytes that [`pack`](crate::pack) has made.
#[unsafe(no_mangle)]
unsafe extern "C" fn unpack(packed: *const u8, length: usize) -> *const u8 {
    // SAFETY: `www/single.js` has written so many bytes there, and does nothing meanwhile.
    let packed = unsafe { slice::from_raw_parts(packed, length) };
    Vec::leak(crate::unpack(packed)).as_ptr()
}

/// Each piece of memory has pages of its own, and none is given back: the instance is used once.
struct Pages;

#[global_allocator]
static ALLOCATOR: Pages = Pages;

const PAGE: usize = 65_536;

// SAFETY: new pages belong to nobody else, and begin at a multiple of any alignment that is asked for.
unsafe impl GlobalAlloc for Pages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match wasm32::memory_grow::<0>(layout.size().div_ceil(PAGE)) {
            usize::MAX => core::ptr::null_mut(),
            page => (page * PAGE) as *mut u8,
        }
    }

    // New pages are zero.
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises what this function wants to be promised.
        unsafe { self.alloc(layout) }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
