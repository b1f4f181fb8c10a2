package databricks

// warehouse is a SQL warehouse.
type warehouse struct {
	id, name string
	state    string // RUNNING, STOPPED; guarded by Workspace.runs
	creator  string
	users    map[string]bool // who may use it, lower case; "account users" for all
}

// AddWarehouse adds a running SQL warehouse that everybody in the account may use.
func (w *Workspace) AddWarehouse(id, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.warehouses = append(w.warehouses, &warehouse{id: id, name: name, state: "RUNNING", creator: w.opt.Admin, users: map[string]bool{accountUsers: true}})
}

// StopWarehouse stops a warehouse; the next statement starts it, which takes
// Options.ColdStart.
func (w *Workspace) StopWarehouse(id string) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if h := w.warehouse(id); h != nil {
		w.put(h, "STOPPED")
	}
}

// put gives a warehouse a state.
func (w *Workspace) put(h *warehouse, state string) {
	w.runs.Lock()
	defer w.runs.Unlock()
	h.state = state
}

func (w *Workspace) warehouse(id string) *warehouse {
	for _, h := range w.warehouses {
		if h.id == id {
			return h
		}
	}
	return nil
}

func (c *call) warehouseDoc(h *warehouse) map[string]any {
	c.w.runs.Lock()
	defer c.w.runs.Unlock()
	return map[string]any{"id": h.id, "name": h.name, "state": h.state, "cluster_size": "2X-Small", "warehouse_type": "PRO",
		"enable_serverless_compute": true, "enable_photon": true, "auto_stop_mins": 10, "min_num_clusters": 1, "max_num_clusters": 1,
		"num_clusters": 1, "creator_name": h.creator, "spot_instance_policy": "COST_OPTIMIZED"}
}

func (c *call) listWarehouses() (any, error) {
	var out []any
	for _, h := range c.w.warehouses {
		if anyOf(c.id, h.users) {
			out = append(out, c.warehouseDoc(h))
		}
	}
	return page{key: "warehouses", items: out}, nil
}

func (c *call) usable(id string) (*warehouse, error) {
	h := c.w.warehouse(id)
	if h == nil {
		return nil, errResourceNotFound("SQL warehouse %s does not exist.", id)
	}
	if !anyOf(c.id, h.users) {
		return nil, errDenied("%s does not have permission to use SQL warehouse %s.", c.id.name, id)
	}
	return h, nil
}

func (c *call) getWarehouse() (any, error) {
	h, err := c.usable(c.args[0])
	if err != nil {
		return nil, err
	}
	return c.warehouseDoc(h), nil
}

func (c *call) startWarehouse() (any, error) {
	h, err := c.usable(c.args[0])
	if err == nil {
		c.w.put(h, "RUNNING")
	}
	return nil, err
}

func (c *call) stopWarehouse() (any, error) {
	h, err := c.usable(c.args[0])
	if err == nil {
		c.w.put(h, "STOPPED")
	}
	return nil, err
}
