;; Inner products of one question with many rows, 16 numbers at a time. The question is 16-bit, the rows are 8-bit; sums are 32-bit and exact
;; as long as the caller scales the question so that they cannot overflow. Compiled by build-vector-kernel.ts.
(module
  (memory (export "memory") 1)
  ;; Reads $width numbers (a multiple of 16) at $question, and $count rows of that width one after the other at $rows. Writes $count sums at $sums.
  (func (export "products") (param $question i32) (param $width i32) (param $rows i32) (param $count i32) (param $sums i32)
    (local $at i32) (local $end i32) (local $values v128) (local $low v128) (local $high v128)
    (block $done
      (loop $nextRow
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $at (local.get $question))
        (local.set $end (i32.add (local.get $rows) (local.get $width)))
        (local.set $low (v128.const i32x4 0 0 0 0))
        (local.set $high (v128.const i32x4 0 0 0 0))
        (loop $next
          (local.set $values (v128.load (local.get $rows)))
          (local.set $low (i32x4.add (local.get $low)
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $values)) (v128.load (local.get $at)))))
          (local.set $high (i32x4.add (local.get $high)
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $values)) (v128.load offset=16 (local.get $at)))))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (local.set $rows (i32.add (local.get $rows) (i32.const 16)))
          (br_if $next (i32.lt_u (local.get $rows) (local.get $end))))
        (local.set $low (i32x4.add (local.get $low) (local.get $high)))
        (i32.store (local.get $sums)
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $low)) (i32x4.extract_lane 1 (local.get $low)))
            (i32.add (i32x4.extract_lane 2 (local.get $low)) (i32x4.extract_lane 3 (local.get $low)))))
        (local.set $sums (i32.add (local.get $sums) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $nextRow)))))
