//! Which files there are, and their modes.

use super::{Case, counted};
use crate::error::HardenError;
use crate::options::Encryption;

/// Compares the files with those that would be generated.
pub(super) fn verify(case: &mut Case<'_>) -> Result<(), HardenError> {
    let outputs = case.plan.outputs(&[0; 32])?;
    let mut secrets = 0;
    let before = case.problems.len();
    for output in &outputs {
        let Some(found) = case.folder.get(&output.path) else {
            case.problem(
                &output.path,
                format!("it is missing: {}", output.what),
                "generate the folder anew with --force, which keeps the key",
            );
            continue;
        };
        if output.mode != 0o600 {
            continue;
        }
        secrets += 1;
        match found.mode {
            Some(mode) if mode & 0o177 != 0 => {
                case.problem(
                    &output.path,
                    format!("others than its owner may read or run it: mode {mode:04o}"),
                    format!("chmod 600 {}", output.path),
                );
            }
            Some(_) => {}
            None => case.open.push(format!("the mode of {}", output.path)),
        }
    }
    let known: Vec<&str> = outputs.iter().map(|output| output.path.as_str()).collect();
    for path in case.folder.keys().filter(|path| !known.contains(&path.as_str())) {
        case.open.push(format!("{path}: nothing generates it, so nobody knows what it is for"));
    }
    let all = outputs.len();
    case.verified_since(before, || {
        format!("all {} are there, {secrets} of them for their owner alone", counted(all, "file"))
    });
    if case.plan.options.encryption == Encryption::Kms {
        case.open.push("the KMS plug-in: nobody asked it for a key".to_owned());
    }
    Ok(())
}
