package databricks

import (
	"context"
	"fmt"
	"strconv"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

// ReadAs implements connectors.Reader with the principal's own token. Groups cannot sign in; a token may be kept under
// a group's name, of a member that is in no other.
func (p *Platform) ReadAs(ctx context.Context, as, column state.Securable, limit int) ([]*string, error) {
	c, err := p.clientOf(as)
	if err != nil {
		return nil, p.wrap("read as "+as.String(), err)
	}
	defer c.close()
	name := dialect.QuoteName(column.Column)
	t, _, err := c.run(ctx, reads, "SELECT "+name+" AS v FROM "+dialect.QualifiedName(column.Catalog, column.Schema, column.Name)+" LIMIT "+strconv.Itoa(limit))
	if err != nil {
		return nil, p.wrap("read "+column.String()+" as "+as.String(), private(err))
	}
	values := make([]*string, len(t.rows))
	for i := range t.rows {
		values[i] = t.cell(i, "v")
	}
	return values, nil
}

func (p *Platform) clientOf(as state.Securable) (*client, error) {
	for _, name := range sortedKeys(p.opt.Readers) {
		if lower(name) == lower(as.Name) {
			c, err := newClient(p.opt, Credentials{Token: p.opt.Readers[name]})
			if err == nil {
				c.contact = p.client.contact // the same host
			}
			return c, err
		}
	}
	return nil, fmt.Errorf("no token of %s is configured, and nobody can be impersonated: %w", as, connectors.ErrAuth)
}
