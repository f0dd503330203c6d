//! Prints the table of what peers do otherwise, as Markdown.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

fn main() {
    print!("{}", stonechat_peerconnection::compatibility::markdown());
}
