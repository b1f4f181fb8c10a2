package sqlengine

// typeNames gives the type of a name without arguments. Several words are joined with one blank.
var typeNames = map[Dialect]map[string]Type{
	Snowflake: {
		"NUMBER": TypeNumber, "DECIMAL": TypeNumber, "NUMERIC": TypeNumber, "DEC": TypeNumber, "INT": TypeNumber, "INTEGER": TypeNumber,
		"BIGINT": TypeNumber, "SMALLINT": TypeNumber, "TINYINT": TypeNumber, "BYTEINT": TypeNumber,
		"FLOAT": TypeFloat, "FLOAT4": TypeFloat, "FLOAT8": TypeFloat, "DOUBLE": TypeFloat, "DOUBLE PRECISION": TypeFloat, "REAL": TypeFloat,
		"VARCHAR": TypeText, "STRING": TypeText, "TEXT": TypeText, "NVARCHAR": TypeText, "NVARCHAR2": TypeText, "CHAR VARYING": TypeText,
		"NCHAR VARYING": TypeText, "CHAR": Text(1), "CHARACTER": Text(1), "NCHAR": Text(1),
		"BINARY": TypeBinary, "VARBINARY": TypeBinary, "BOOLEAN": TypeBoolean, "DATE": TypeDate, "TIME": TypeTime,
		"DATETIME": TypeTimestampNTZ, "TIMESTAMP": TypeTimestampNTZ, "TIMESTAMP_NTZ": TypeTimestampNTZ, "TIMESTAMPNTZ": TypeTimestampNTZ,
		"TIMESTAMP WITHOUT TIME ZONE": TypeTimestampNTZ, "TIMESTAMP_LTZ": TypeTimestampLTZ, "TIMESTAMPLTZ": TypeTimestampLTZ,
		"TIMESTAMP WITH LOCAL TIME ZONE": TypeTimestampLTZ, "TIMESTAMP_TZ": TypeTimestampTZ, "TIMESTAMPTZ": TypeTimestampTZ,
		"TIMESTAMP WITH TIME ZONE": TypeTimestampTZ, "VARIANT": TypeVariant, "OBJECT": TypeObject, "ARRAY": TypeArray,
	},
	Databricks: {
		"TINYINT": {Kind: KindNumber, Precision: 3, Bits: 8}, "BYTE": {Kind: KindNumber, Precision: 3, Bits: 8},
		"SMALLINT": {Kind: KindNumber, Precision: 5, Bits: 16}, "SHORT": {Kind: KindNumber, Precision: 5, Bits: 16},
		"INT": TypeInt, "INTEGER": TypeInt, "BIGINT": TypeBigInt, "LONG": TypeBigInt,
		"DECIMAL": Number(10, 0), "DEC": Number(10, 0), "NUMERIC": Number(10, 0),
		"FLOAT": {Kind: KindFloat, Bits: 32}, "REAL": {Kind: KindFloat, Bits: 32}, "DOUBLE": TypeDouble, "STRING": TypeText,
		"VARCHAR": TypeText, "CHAR": TypeText, "CHARACTER": TypeText, "BINARY": TypeBinary, "BOOLEAN": TypeBoolean, "DATE": TypeDate,
		"TIMESTAMP": TypeTimestampLTZ, "TIMESTAMP_LTZ": TypeTimestampLTZ, "TIMESTAMP_NTZ": TypeTimestampNTZ, "VARIANT": TypeVariant,
		"VOID": TypeNull,
	},
}

// Type reads a type name with its arguments: NUMBER(10,2), VARCHAR(20), TIMESTAMP WITH TIME ZONE, array<string>, struct<a: int>.
func (p *Parser) Type() (Type, error) {
	if err := p.enter(); err != nil {
		return TypeNull, err
	}
	defer p.leave()
	t := p.Peek()
	if t.Kind != TokenWord {
		return TypeNull, p.Errorf("expected a type")
	}
	if p.dialect == Databricks && p.PeekAt(1).Is("<") {
		return p.nestedType()
	}
	name := p.typeName()
	typ, ok := typeNames[p.dialect][name]
	if !ok {
		return TypeNull, p.errorAt(t, "unknown type")
	}
	return p.typeArguments(typ)
}

// typeName reads the words of a type name, longest first.
func (p *Parser) typeName() string {
	name := p.Next().upper
	switch {
	case name == "TIMESTAMP" && p.dialect == Snowflake:
		for _, rest := range [][]string{{"WITH", "LOCAL", "TIME", "ZONE"}, {"WITH", "TIME", "ZONE"}, {"WITHOUT", "TIME", "ZONE"}} {
			if p.AcceptKeyword(rest...) {
				for _, w := range rest {
					name += " " + w
				}
				return name
			}
		}
	case name == "DOUBLE" && p.AcceptKeyword("PRECISION"):
		return "DOUBLE PRECISION"
	case (name == "CHAR" || name == "NCHAR") && p.AcceptKeyword("VARYING"):
		return name + " VARYING"
	}
	return name
}

func (p *Parser) typeArguments(typ Type) (Type, error) {
	takes := map[Kind]int{KindNumber: 2, KindText: 1, KindBinary: 1, KindTime: 1, KindTimestampNTZ: 1, KindTimestampLTZ: 1, KindTimestampTZ: 1}
	if !p.PeekKeyword("(") {
		return typ, nil
	}
	limit := takes[typ.Kind]
	if typ.Kind == KindArray && p.dialect == Snowflake {
		return p.snowflakeArray()
	}
	if limit == 0 || typ.Bits != 0 || p.dialect == Databricks && typ.IsTimestamp() {
		return typ, p.Errorf("type takes no arguments")
	}
	p.Next()
	args, err := p.intList()
	if err != nil {
		return typ, err
	}
	if len(args) > limit {
		return typ, p.Errorf("too many type arguments")
	}
	return p.applyTypeArguments(typ, args)
}

func (p *Parser) snowflakeArray() (Type, error) {
	p.Next()
	elem, err := p.Type()
	if err != nil {
		return elem, err
	}
	return ArrayOf(elem), p.ExpectKeyword(")")
}

func (p *Parser) intList() ([]int, error) {
	var out []int
	for {
		n, err := p.IntLiteral()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if p.AcceptKeyword(")") {
			return out, nil
		}
		if err := p.ExpectKeyword(","); err != nil {
			return nil, err
		}
	}
}

func (p *Parser) applyTypeArguments(typ Type, args []int) (Type, error) {
	switch typ.Kind {
	case KindNumber:
		typ.Precision, typ.Scale = args[0], 0
		if len(args) == 2 {
			typ.Scale = args[1]
		}
		if typ.Precision < 1 || typ.Precision > 38 || typ.Scale > typ.Precision {
			return typ, p.Errorf("precision or scale out of range")
		}
	case KindText, KindBinary:
		typ.Length = args[0]
		if typ.Length < 1 || p.dialect == Snowflake && typ.Length > 8*MaxText {
			return typ, p.Errorf("length out of range")
		}
	default:
		typ.Scale = args[0]
		if typ.Scale > 9 {
			return typ, p.Errorf("fractional digits out of range")
		}
	}
	return typ, nil
}

func (p *Parser) nestedType() (Type, error) {
	t := p.Next()
	p.Next()
	switch t.upper {
	case "ARRAY":
		elem, err := p.Type()
		if err != nil {
			return elem, err
		}
		return ArrayOf(elem), p.closeAngle()
	case "MAP":
		key, err := p.Type()
		if err != nil {
			return key, err
		}
		if err := p.ExpectKeyword(","); err != nil {
			return key, err
		}
		value, err := p.Type()
		if err != nil {
			return value, err
		}
		return MapOf(key, value), p.closeAngle()
	case "STRUCT":
		return p.structType()
	}
	return TypeNull, p.errorAt(t, "unknown type")
}

func (p *Parser) structType() (Type, error) {
	typ := Type{Kind: KindStruct}
	for {
		name, err := p.AnyIdent()
		if err != nil {
			return typ, err
		}
		p.AcceptKeyword(":")
		ft, err := p.Type()
		if err != nil {
			return typ, err
		}
		typ.Fields = append(typ.Fields, Field{Name: name.Text, Type: ft})
		if !p.AcceptKeyword(",") {
			return typ, p.closeAngle()
		}
	}
}

// closeAngle reads ">"; of the mark ">>" it takes the first half.
func (p *Parser) closeAngle() error {
	if p.PeekKeyword(">>") {
		t := &p.tokens[p.at]
		t.Text = ">"
		t.Pos.Offset++
		t.Pos.Column++
		return nil
	}
	return p.ExpectKeyword(">")
}
