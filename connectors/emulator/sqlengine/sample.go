package sqlengine

import "math/rand/v2"

// sampled compiles SAMPLE: a share of the rows, or a number of them. The choice follows the session's seed, or SEED's.
func (c *compiler) sampled(p *plan, s *Sample) (*plan, error) {
	if s == nil {
		return p, nil
	}
	var seed int64
	if s.Seed != nil {
		var err error
		if seed, err = c.rowCount(s.Seed, 0); err != nil {
			return nil, err
		}
	}
	if s.Rows != nil {
		n, err := c.rowCount(s.Rows, 0)
		if err != nil {
			return nil, err
		}
		return c.sampledRows(p, s, int(n), seed)
	}
	share, err := c.samplePercent(s)
	if err != nil {
		return nil, err
	}
	return &plan{cols: p.cols, scan: func(r *run, outer *frame, yield func(Row) error) error {
		rng := sampleSource(r, s.Seed != nil, seed)
		return p.scan(r, outer, func(row Row) error {
			if rng.Float64()*100 >= share {
				return r.tick()
			}
			return yield(row)
		})
	}}, nil
}

func (c *compiler) samplePercent(s *Sample) (float64, error) {
	n, err := c.expr(s.Percent, nil)
	if err != nil {
		return 0, err
	}
	if n, err = c.cast(n, TypeFloat, s.Percent.Pos()); err != nil {
		return 0, err
	}
	share, ok := n.value.(float64)
	if !n.isConst || !ok || share < 0 || share > 100 {
		return 0, errorf(ErrInvalidArgument, "SAMPLE", s.Percent.Pos(), "a sample is 0 to 100 percent")
	}
	return share, nil
}

func sampleSource(r *run, seeded bool, seed int64) *rand.Rand {
	if seeded {
		return rand.New(rand.NewPCG(uint64(seed), 0xda942042e4dd58b5))
	}
	return r.rng
}

// maxSampleRows is Snowflake's limit of a fixed-size sample.
const maxSampleRows = 1000000

// sampledRows takes n rows: any n on Snowflake (a reservoir, in table order), the first n on Databricks.
func (c *compiler) sampledRows(p *plan, s *Sample, n int, seed int64) (*plan, error) {
	if c.dialect == Databricks {
		return window(p, 0, int64(n)), nil
	}
	if n > maxSampleRows || s.Block {
		return nil, errorf(ErrInvalidArgument, "SAMPLE", s.Rows.Pos(), "a fixed-size sample takes up to 1000000 rows, and no SYSTEM")
	}
	return &plan{cols: p.cols, scan: func(r *run, outer *frame, yield func(Row) error) error {
		rng := sampleSource(r, s.Seed != nil, seed)
		var kept []Row
		seen := 0
		err := p.scan(r, outer, func(row Row) error {
			seen++
			if len(kept) < n {
				kept = append(kept, row)
			} else if i := rng.IntN(seen); i < n {
				kept[i] = row
			}
			return r.tick()
		})
		if err != nil {
			return err
		}
		return each(kept, yield)
	}}, nil
}
