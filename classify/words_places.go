package classify

import (
	"slices"
	"strings"
)

// list splits a space- or line-separated list; underscores stand for spaces. The result is lower-case, sorted and
// without duplicates, as Check.Words must be; a word with accents is there without them too.
func list(text ...string) []string {
	var words []string
	for _, t := range text {
		for w := range strings.FieldsSeq(t) {
			w = strings.ToLower(strings.ReplaceAll(w, "_", " "))
			words = append(words, w, foldAccents(w))
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

const alpha2 = `ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz ca cc cd cf cg
ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq
gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu
lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm
pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt
tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws xk ye yt za zm zw`

const alpha3 = `abw afg ago aia ala alb and are arg arm asm ata atg aus aut aze bdi bel ben bes bfa bgd bgr bhr bhs bih blm blr blz bmu bol bra
brb brn btn bwa caf can cck che chl chn civ cmr cod cog cok col com cpv cri cub cuw cxr cym cyp cze deu dji dma dnk dom dza ecu egy eri
esh esp est eth fin fji flk fra fro fsm gab gbr geo ggy gha gib gin glp gmb gnb gnq grc grd grl gtm guf gum guy hkg hnd hrv hti hun idn
imn ind iot irl irn irq isl isr ita jam jey jor jpn kaz ken kgz khm kir kna kor kwt lao lbn lbr lby lca lie lka lso ltu lux lva mac maf
mar mco mda mdg mdv mex mhl mkd mli mlt mmr mne mng mnp moz mrt msr mtq mus mwi mys myt nam ncl ner nfk nga nic niu nld nor npl nru nzl
omn pak pan pcn per phl plw png pol pri prk prt pry pse pyf qat reu rou rus rwa sau sdn sen sgp shn sjm slb sle slv smr som spm srb ssd
stp sur svk svn swe swz sxm syc syr tca tcd tgo tha tjk tkl tkm tls ton tto tun tur tuv twn tza uga ukr umi ury usa uzb vat vct ven vgb
vir vnm vut wlf wsm yem zaf zmb zwe`

const countryNames = `afghanistan albania algeria andorra angola antigua_and_barbuda argentina armenia aruba australia austria azerbaijan
bahamas bahrain bangladesh barbados belarus belgium belize benin bermuda bhutan bolivia bosnia_and_herzegovina botswana brazil brunei
bulgaria burkina_faso burundi cambodia cameroon canada cape_verde cabo_verde cayman_islands central_african_republic chad chile china
colombia comoros congo costa_rica croatia cuba curaçao cyprus czech_republic czechia denmark djibouti dominica dominican_republic
east_timor timor-leste ecuador egypt el_salvador equatorial_guinea eritrea estonia eswatini swaziland ethiopia faroe_islands fiji finland
france french_guiana french_polynesia gabon gambia georgia germany ghana gibraltar greece greenland grenada guadeloupe guam guatemala
guernsey guinea guinea-bissau guyana haiti honduras hong_kong hungary iceland india indonesia iran iraq ireland isle_of_man israel italy
ivory_coast côte_d'ivoire jamaica japan jersey jordan kazakhstan kenya kiribati kosovo kuwait kyrgyzstan laos latvia lebanon lesotho
liberia libya liechtenstein lithuania luxembourg macao macau macedonia north_macedonia madagascar malawi malaysia maldives mali malta
marshall_islands martinique mauritania mauritius mayotte mexico micronesia moldova monaco mongolia montenegro montserrat morocco
mozambique myanmar burma namibia nauru nepal netherlands the_netherlands new_caledonia new_zealand nicaragua niger nigeria niue
norfolk_island north_korea norway oman pakistan palau palestine panama papua_new_guinea paraguay peru philippines poland portugal
puerto_rico qatar réunion romania russia russian_federation rwanda saint_lucia samoa american_samoa san_marino saudi_arabia senegal serbia
seychelles sierra_leone singapore slovakia slovenia solomon_islands somalia south_africa south_korea south_sudan spain sri_lanka sudan
suriname sweden switzerland syria taiwan tajikistan tanzania thailand togo tonga trinidad_and_tobago tunisia turkey türkiye turkmenistan
tuvalu uganda ukraine united_arab_emirates united_kingdom uk great_britain england scotland wales united_states united_states_of_america
u.s.a. u.s. uruguay uzbekistan vanuatu vatican_city venezuela vietnam viet_nam western_sahara yemen zambia zimbabwe antarctica
republic_of_korea korea democratic_republic_of_the_congo saint_kitts_and_nevis saint_vincent_and_the_grenadines
deutschland österreich schweiz frankreich italien spanien polen niederlande belgien dänemark schweden norwegen finnland griechenland
türkei russland ungarn tschechien allemagne autriche suisse belgique espagne italie pays-bas royaume-uni états-unis suède norvège danemark
pologne grèce españa alemania francia italia inglaterra reino_unido estados_unidos méxico brasil perú suiza bélgica alemanha frança espanha
polska niemcy francja włochy hiszpania sverige norge danmark tyskland suomi 日本 中国 アメリカ 韓国`

var countryCodes = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(alpha2) {
		m[w] = true
	}
	return m
}()

const regionCodes = moreRegionCodes + ` al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc
sd tn tx ut vt va wa wv wi wy dc pr vi gu as mp on qc bc ab mb sk ns nb nl pe yt nt nu nsw vic qld wa sa tas act nt ac ap am ba ce df es go
ma mt ms mg pr pb pa pe pi rj rn rs ro rr sp se to`

const regionNames = worldRegions + ` alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa
kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada new_hampshire
new_jersey new_mexico new_york north_carolina north_dakota ohio oklahoma oregon pennsylvania rhode_island south_carolina south_dakota
tennessee texas utah vermont virginia washington west_virginia wisconsin wyoming district_of_columbia puerto_rico ontario quebec québec
british_columbia alberta manitoba saskatchewan nova_scotia new_brunswick newfoundland_and_labrador newfoundland prince_edward_island yukon
northwest_territories nunavut new_south_wales victoria queensland western_australia south_australia tasmania northern_territory
australian_capital_territory baden-württemberg bayern bavaria berlin brandenburg bremen hamburg hessen mecklenburg-vorpommern niedersachsen
nordrhein-westfalen rheinland-pfalz saarland sachsen sachsen-anhalt schleswig-holstein thüringen tirol vorarlberg salzburg kärnten
steiermark oberösterreich niederösterreich burgenland wien zürich bern luzern genève vaud valais ticino île-de-france bretagne normandie
occitanie hauts-de-france grand_est nouvelle-aquitaine provence-alpes-côte_d'azur auvergne-rhône-alpes pays_de_la_loire
centre-val_de_loire bourgogne-franche-comté corse aquitaine alsace lorraine picardie andalucía aragón asturias baleares canarias cantabria
castilla-la_mancha castilla_y_león cataluña extremadura galicia madrid murcia navarra país_vasco la_rioja valencia comunidad_de_madrid
comunidad_valenciana lombardia lazio campania sicilia veneto emilia-romagna piemonte puglia toscana calabria sardegna liguria marche
abruzzo umbria basilicata molise acre alagoas amapá amazonas bahia ceará distrito_federal espírito_santo goiás maranhão mato_grosso
mato_grosso_do_sul minas_gerais pará paraíba paraná pernambuco piauí rio_de_janeiro rio_grande_do_norte rio_grande_do_sul rondônia roraima
santa_catarina são_paulo sergipe tocantins jalisco nuevo_león puebla veracruz yucatán sonora sinaloa chihuahua oaxaca chiapas mazowieckie
małopolskie śląskie wielkopolskie dolnośląskie łódzkie pomorskie lubelskie podkarpackie noord-holland zuid-holland utrecht gelderland
noord-brabant limburg overijssel friesland groningen drenthe zeeland flevoland england scotland wales northern_ireland kent essex surrey
hampshire lancashire yorkshire devon cornwall norfolk suffolk dorset somerset cumbria sussex cork dublin galway kerry mayo donegal limerick
wicklow tipperary clare wexford kildare meath louth sligo leitrim roscommon carlow kilkenny laois offaly westmeath longford cavan monaghan
waterford stockholms_län skåne_län västra_götalands_län uppsala_län stockholm skåne maharashtra karnataka tamil_nadu kerala gujarat
rajasthan punjab bihar west_bengal uttar_pradesh delhi 東京都 北海道 大阪府 京都府 神奈川県 愛知県 埼玉県 千葉県 兵庫県 福岡県 静岡県 茨城県
広島県 新潟県 宮城県 長野県 岐阜県 群馬県 栃木県 岡山県 福島県 三重県 熊本県 鹿児島県 沖縄県 滋賀県 山口県 愛媛県 長崎県 奈良県 青森県 岩手県
大分県 石川県 山形県 宮崎県 富山県 秋田県 香川県 和歌山県 佐賀県 山梨県 福井県 徳島県 高知県 島根県 鳥取県`

const cityNames = worldCities + ` london paris berlin madrid rome roma vienna wien budapest warsaw warszawa prague praha barcelona hamburg munich münchen milan
milano cologne köln frankfurt stuttgart düsseldorf dortmund essen leipzig bremen dresden hannover nürnberg nuremberg bonn münster karlsruhe
mannheim augsburg wiesbaden kiel aachen chemnitz lübeck freiburg erfurt rostock mainz kassel potsdam ulm würzburg göttingen ingolstadt
marseille lyon toulouse nice nantes strasbourg montpellier bordeaux lille rennes reims toulon grenoble dijon angers nîmes clermont-ferrand
brest tours amiens limoges metz besançon orléans mulhouse rouen caen nancy avignon poitiers versailles pau perpignan naples napoli turin
torino palermo genoa genova bologna florence firenze bari catania venice venezia verona messina padova trieste brescia parma modena valencia
seville sevilla zaragoza málaga murcia palma bilbao alicante córdoba valladolid vigo gijón granada elche oviedo lisbon lisboa porto braga
coimbra amsterdam rotterdam utrecht eindhoven tilburg groningen almere breda nijmegen haarlem arnhem brussels bruxelles antwerp antwerpen
ghent gent bruges brugge liège zurich zürich geneva genève basel bern lausanne luzern graz linz salzburg innsbruck copenhagen københavn
aarhus odense stockholm göteborg malmö uppsala västerås örebro linköping helsingborg jönköping norrköping lund oslo bergen trondheim
stavanger helsinki espoo tampere turku oulu reykjavik kraków łódź wrocław poznań gdańsk szczecin bydgoszcz lublin katowice białystok gdynia
częstochowa radom brno ostrava bratislava bucharest sofia belgrade zagreb ljubljana sarajevo athens thessaloniki istanbul ankara izmir
moscow saint_petersburg kyiv kiev kharkiv odessa lviv minsk riga vilnius tallinn dublin cork galway limerick belfast edinburgh glasgow
aberdeen dundee cardiff swansea birmingham manchester liverpool leeds sheffield bristol leicester coventry nottingham newcastle
southampton portsmouth brighton plymouth derby oxford cambridge york bath norwich reading sunderland wolverhampton
new_york los_angeles chicago houston phoenix philadelphia san_antonio san_diego dallas san_jose austin jacksonville fort_worth columbus
charlotte san_francisco indianapolis seattle denver washington boston el_paso nashville detroit oklahoma_city portland las_vegas memphis
louisville baltimore milwaukee albuquerque tucson fresno sacramento kansas_city mesa atlanta omaha colorado_springs raleigh miami
long_beach virginia_beach oakland minneapolis tulsa tampa arlington new_orleans wichita cleveland bakersfield aurora anaheim honolulu
santa_ana riverside corpus_christi lexington stockton henderson saint_paul st._paul st._louis saint_louis cincinnati pittsburgh greensboro
anchorage plano lincoln orlando irvine newark toledo durham chula_vista fort_wayne jersey_city st._petersburg laredo madison chandler
buffalo lubbock scottsdale reno glendale gilbert winston-salem north_las_vegas norfolk chesapeake garland irving hialeah fremont boise
richmond baton_rouge spokane des_moines tacoma san_bernardino modesto fontana santa_clarita birmingham oxnard fayetteville moreno_valley
rochester glendale huntington_beach salt_lake_city grand_rapids amarillo yonkers montgomery akron little_rock huntsville augusta
port_st._lucie mobile columbus knoxville worcester providence springfield brooklyn bronx queens hartford new_haven bridgeport stamford
syracuse albany eugene salem chattanooga tallahassee charleston savannah jackson topeka dayton peoria lansing toronto montreal montréal
vancouver calgary edmonton ottawa winnipeg quebec hamilton halifax victoria saskatoon regina mississauga brampton laval surrey
mexico_city guadalajara monterrey puebla tijuana león juárez cancún mérida são_paulo rio_de_janeiro brasília salvador fortaleza
belo_horizonte manaus curitiba recife porto_alegre goiânia belém campinas natal maceió florianópolis buenos_aires rosario mendoza santiago
valparaíso lima bogotá medellín cali caracas quito guayaquil montevideo asunción la_paz havana panama_city san_juan santo_domingo
sydney melbourne brisbane perth adelaide canberra hobart darwin gold_coast newcastle wollongong geelong cairns townsville ballarat bendigo
auckland wellington christchurch tokyo osaka kyoto yokohama nagoya sapporo kobe fukuoka hiroshima sendai beijing shanghai guangzhou shenzhen
chengdu wuhan tianjin hangzhou nanjing hong_kong taipei seoul busan incheon daegu singapore bangkok jakarta surabaya manila hanoi
ho_chi_minh_city kuala_lumpur mumbai delhi new_delhi bangalore bengaluru hyderabad ahmedabad chennai kolkata pune jaipur karachi lahore
islamabad dhaka colombo kathmandu dubai abu_dhabi riyadh jeddah doha kuwait_city tehran baghdad damascus beirut amman jerusalem tel_aviv
cairo alexandria casablanca rabat tunis algiers lagos abuja accra nairobi addis_ababa johannesburg cape_town durban pretoria kampala
dar_es_salaam kinshasa luanda dakar abidjan harare lusaka 東京 大阪 横浜市 名古屋市 札幌市 神戸市 京都市 福岡市 川崎市 広島市 仙台市`
