package databricks

func (c *call) postPolicy() (any, error)  { return nil, errPoliciesUnsupported() }
func (c *call) patchPolicy() (any, error) { return nil, errPoliciesUnsupported() }
func errPoliciesUnsupported() *Error {
	return &Error{501, "NOT_IMPLEMENTED", UnsupportedCode, "0A000", "ABAC policies cannot be created here."}
}

func (c *call) listPolicies() (any, error) {
	x, err := c.securable()
	if err != nil {
		return nil, err
	}
	if err := c.id.manages(x); err != nil {
		return nil, err
	}
	return page{key: "policies"}, nil
}

func (c *call) getPolicy() (any, error) {
	x, err := c.securable()
	if err != nil {
		return nil, err
	}
	return nil, errPolicyNotFound(c.args[2], x)
}
func (c *call) deletePolicy() (any, error) { return c.getPolicy() }
