//! SQL conditions that classify a result `r` (a row of `test_result`), in the same way as `results::derive`
//! does from rows. The consistency tests of `runs` and `suite` compare the two.
//!
//! HEX makes comparisons bytewise, because the collations of MariaDB treat some different texts as equal.

/// The exit code is not the expected one.
pub(super) const WRONG_EXIT: &str =
    "(r.exit_code <> r.expected_rc OR (r.exit_code IS NULL) <> (r.expected_rc IS NULL))";

/// The `FROM` and `WHERE` clauses of a query for the required outputs for which a result has no file.
pub(super) const MISSING: &str = "FROM regression_test_output o
    WHERE o.regression_id = r.regression_test_id AND o.id > 0 AND COALESCE(o.`ignore`, 0) = 0
      AND NOT EXISTS (SELECT 1 FROM test_result_file f
                      WHERE f.test_id = r.test_id AND f.regression_test_id = r.regression_test_id AND f.regression_test_output_id = o.id)";

// The file `f` of the output `o` is neither the expected one nor an accepted variant.
macro_rules! differs {
    () => {
        "f.got IS NOT NULL AND HEX(f.got) <> HEX(f.expected) AND (o.correct IS NULL OR HEX(f.got) <> HEX(o.correct))
      AND NOT EXISTS (SELECT 1 FROM regression_test_output_files v
                      WHERE v.regression_test_output_id = o.id AND HEX(v.file_hashes) = HEX(f.got))"
    };
}

/// The `FROM` and `WHERE` clauses of a query for the files of a result that differ from all accepted outputs.
pub(super) const DIFFERING: &str = concat!(
    "FROM test_result_file f
    JOIN regression_test_output o ON o.id = f.regression_test_output_id AND o.regression_id = f.regression_test_id
    WHERE f.test_id = r.test_id AND f.regression_test_id = r.regression_test_id AND o.id > 0 AND ",
    differs!()
);

/// Returns a query for all results of the given runs. Each row has the number of files, whether the exit code
/// is wrong, the number of missing required outputs, and the number of differing files. A result has failed
/// if one of the last three is above 0.
///
/// The query contains `run_placeholders` twice. Missing outputs are counted as the required ones minus those
/// with a file, which scans each table once and takes less than half the time of a lookup per result.
pub(super) fn classified_results(run_placeholders: &str) -> String {
    format!(
        "SELECT r.test_id, r.regression_test_id, r.runtime, r.exit_code, COALESCE(f.files, 0) AS files,
                CASE WHEN {WRONG_EXIT} THEN 1 ELSE 0 END AS wrong_exit,
                COALESCE(o.required, 0) - COALESCE(f.required, 0) AS missing,
                COALESCE(f.differing, 0) AS differing
         FROM test_result r
         LEFT JOIN (SELECT o.regression_id, COUNT(*) AS required FROM regression_test_output o
                    WHERE o.id > 0 AND COALESCE(o.`ignore`, 0) = 0 GROUP BY o.regression_id) o
              ON o.regression_id = r.regression_test_id
         LEFT JOIN (SELECT f.test_id, f.regression_test_id, COUNT(*) AS files,
                           SUM(CASE WHEN COALESCE(o.`ignore`, 0) = 0 THEN 1 ELSE 0 END) AS required,
                           SUM(CASE WHEN {} THEN 1 ELSE 0 END) AS differing
                    FROM test_result_file f
                    JOIN regression_test_output o ON o.id = f.regression_test_output_id AND o.regression_id = f.regression_test_id
                    WHERE f.test_id IN ({run_placeholders}) AND o.id > 0 GROUP BY f.test_id, f.regression_test_id) f
              ON f.test_id = r.test_id AND f.regression_test_id = r.regression_test_id
         WHERE r.test_id IN ({run_placeholders})",
        differs!()
    )
}
