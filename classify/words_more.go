package classify

import (
	"slices"
	"strings"
)

// Words for women and for men, as columns hold them: apart, since a column of sexes has both.
const (
	femaleText = `f female woman women girl w weiblich féminin feminin femme femenino femenina feminino feminina mujer femmina femminile vrouw vrouwelijk v kvinna kvinde kvinne k kobieta
nainen n kadın kadin k. 女 女性 여 여자 여성 жен женский женщина ж жіноча жінка жін. жен. ženský žena z nő női féminine mulher wanita perempuan p nữ γυναίκα θήλυ أنثى נקבה หญิง ženská moteris sieviete naine fem fem. kvinnelig kvindelig dona emakumea महिला f.`
	maleText = `m male man men boy männlich maennlich mann masculin homme h masculino hombre maschio maschile mannelijk mand mężczyzna mezczyzna
mies erkek e e. 男 男性 남 남자 남성 муж мужской мужчина чоловіча чоловік чол. муж. mužský muž férfi homem laki-laki l pria nam άνδρας άρρεν ذكر זכר ชาย mužská vyras vīrietis mees masc masc. mannlig mandlig home gizona पुरुष varón m.`
)

// The same without single letters but f and m: v, k, n and the like stand for much else.
var femaleWords, maleWords = sexWords(femaleText, "f"), sexWords(maleText, "m")

func sexWords(text, letter string) []string {
	words := slices.DeleteFunc(list(text), func(w string) bool { return len(w) <= 2 && isASCII(w) })
	return list(strings.Join(words, " "), letter)
}

var nationalities = list(`american british english scottish welsh irish german french spanish italian portuguese dutch belgian swiss austrian polish czech slovak hungarian
romanian bulgarian greek turkish russian ukrainian swedish norwegian danish finnish icelandic estonian latvian lithuanian croatian serbian slovenian bosnian albanian
macedonian chinese japanese korean south_korean vietnamese thai indonesian malaysian filipino singaporean indian pakistani bangladeshi sri_lankan nepalese afghan iranian iraqi
syrian lebanese israeli saudi emirati egyptian moroccan algerian tunisian nigerian ghanaian kenyan ethiopian south_african canadian mexican brazilian argentine argentinian
chilean colombian peruvian venezuelan cuban australian new_zealander jamaican haitian dominican ecuadorian uruguayan paraguayan bolivian guatemalan jordanian kuwaiti qatari
deutsch deutsche österreichisch schweizerisch französisch italienisch türkisch polnisch spanisch britisch amerikanisch
française français allemande allemand italienne italien espagnole espagnol anglaise belge suisse portugaise marocaine algérienne tunisienne turque
española español mexicana mexicano argentina argentino colombiana colombiano chilena chileno peruana peruano venezolana alemana italiana italiano francesa
brasileira brasileiro portuguesa português angolana polska polskie niemieckie ukraińskie svensk norsk dansk finsk tysk nederlandse belgische duitse turkse marokkaanse
suomi suomalainen türk alman t.c. русский россия рф украинец українка česká slovenská magyar indonesia việt_nam 日本 中国 대한민국`)

// Words of people's columns in more languages.
const (
	moreEthnicities     = `weiß weiss schwarz asiatisch blanc noir métis han kinh javanese sundanese malay tamil yoruba igbo hausa zulu xhosa coloured roma sami maori pākehā pacific mestizo mulato afro-brazilian pardo branco negro preto blanco afrodescendiente white_non-hispanic non-hispanic hispanic_or_latino not_hispanic_or_latino south_asian_indian mixed_race white_-_british asian_-_indian black_-_african any_other 汉族 壮族 回族`
	moreReligions       = `christlich muslimisch jüdisch konfessionslos rk ev protestant(e) evangelical_christian islã católica_romana espírita evangélico evangélica cristiana musulmana judía budista hinduista ateo atea agnostico cattolica cattolico musulmano ebraica rooms-katholiek protestants islamitisch joods kristen konghucu protestan katolik hindu budha buddha islam_sunni православие ислам христианство иудаизм буддизм католицизм hristiyan musevi müslüman ateist no_religion lds church_of_england greek_orthodox russian_orthodox coptic rastafarian 佛教 基督教 伊斯兰教 道教 chrześcijaństwo rzymskokatolickie prawosławne römisch_katholisch`
	moreMaritalStatuses = `eingetragene_lebenspartnerschaft getrennt getrennt_lebend pacsé pacsée concubinage union_libre séparé séparée unión_libre separado separada conviviente união_estável
desquitado coniugata vedovo vedova divorziato divorziata separato separata gescheiden weduwe weduwnaar samenwonend geregistreerd_partnerschap änka änkling sambo skilt enke enkemann gift_(ektefelle) fraskilt samboer enkemand
rozwiedziony rozwiedziona wdowiec wdowa kawaler/panna svobodný svobodná ženatý vdaná rozvedený rozvedená vdovec vdova naimisissa naimaton eronnut leski avoliitossa evli bekar boşanmış dul
женат замужем холост не_замужем разведен разведена вдовец вдова в_браке nőtlen hajadon házas elvált özvegy menikah belum_menikah kawin belum_kawin cerai cerai_hidup cerai_mati janda duda độc_thân đã_kết_hôn ly_hôn 未婚 已婚 离异 丧偶 既婚 独身 離婚 死別 미혼 기혼 이혼 사별 άγαμος έγγαμος διαζευγμένος χήρος registered_partnership cohabiting in_a_relationship life_partner married_filing_jointly`
	moreJobWords = `engineers technologist technicien ingénieur directeur directrice responsable chargé chargée conseiller conseillère assistante infirmier infirmière comptable vendeur vendeuse chauffeur ouvrier employé employée agente secrétaire enseignant enseignante gérant chef
ingenieurin techniker technikerin kaufmann kauffrau berater beraterin leiter leiterin sachbearbeiter sachbearbeiterin fachkraft krankenpfleger pflegefachkraft mechaniker mechatroniker elektriker informatiker architektin assistentin buchhalter verkäuferin
director directora gerente jefe jefa técnico técnica enfermero enfermera contador contadora profesor profesora maestro abogada analista auxiliar operario vendedor vendedora obrero asistente arquitecto programador desarrollador coordinador coordinadora administrador supervisora
professor professora enfermeiro enfermeira contabilista gestor motorista médica engenheira administrativo
ingegnere medico avvocato insegnante impiegato impiegata operaio infermiere ragioniere architetto commesso tecnico responsabile direttore segretaria consulente
ingenieur leraar verpleegkundige medewerker adviseur directeur monteur chauffeur boekhouder manager verkoper
ingenjör lärare sjuksköterska läkare säljare tekniker konsult chaufför ekonom handläggare chef undersköterska projektledare sykepleier lærer selger ingeniør rådgiver leder konsulent sygeplejerske sælger elektriker tømrer pædagog
insinööri opettaja sairaanhoitaja lääkäri myyjä johtaja päällikkö asiantuntija hoitaja työntekijä sihteeri suunnittelija kuljettaja
inżynier nauczyciel lekarz kierownik specjalista kierowca księgowa sprzedawca mechanik pielęgniarka dyrektor asystent informatyk
inženýr učitel učitelka lékař řidič prodavač účetní technik ředitel zdravotní_sestra úředník mérnök tanár orvos eladó ápoló vezető könyvelő
mühendis öğretmen doktor avukat hemşire müdür memur işçi muhasebeci teknisyen uzman инженер учитель врач бухгалтер менеджер директор водитель продавец юрист экономист программист медсестра механик електрик лікар вчитель
guru dokter perawat petani wiraswasta pegawai buruh pedagang mahasiswa karyawan pns kỹ_sư giáo_viên bác_sĩ nhân_viên
工程师 教师 医生 会计 经理 律师 护士 司机 销售 会社員 教師 医師 エンジニア 看護師 개발자 교사 의사 간호사 회계사 엔지니어
superintendent commissioner ambassador senator governor minister registrar adviser advisor controller host hostess stylist hygienist optometrist physiotherapist veterinarian geophysicist podiatrist scientist/research solicitor barrister paramedic midwife engraver translator interpreter lexicographer warden embryologist radiographer toxicologist exhibition programmer,_applications buyer,_retail copywriter copy navigator keeper maker dealer fitter roofer welder mason tailor butcher baker barista dispatcher trader underwriter actuary paralegal bookkeeper`
	moreGivenNames = `luca giovanni filippo tommaso nicola antonello gianluca giacomo edoardo leonardo raffaele gaetano ornella patrizia antonella daniela roberta cristina monica barbara beatrice ludovica ginevra aurora greta noemi
mikko juha timo jari antti matti pekka jukka markku hannu kari seppo heikki ville juho eero oskari onni eino väinö tapio olavi tuula päivi anne riitta sari minna tiina satu marja pirjo leena kaisa aino helmi anneli kristiina noora emilia ilona
lars niels jens søren mette hanne lone pia rikke mikkel rasmus mads frederik magnus emil kasper jesper torben flemming bente birthe susanne camilla freja alberte ole henrik thomas anders
nils håkon sigrid ingeborg liv turid tone hilde siri marte kristoffer sondre håvard øyvind rune stian espen frode eirik vegard sindre tuva thea nora iselin
petr jana josef jiří martin pavel zdeněk václav miroslav lenka kateřina hana věra alena petra tereza veronika lucie markéta vojtěch ondřej matěj lukáš radek libor milan ladislav stanislav eliška jitka zuzana milena drahomíra
istván lászló józsef zoltán ferenc sándor attila gábor balázs tamás miklós zsolt csaba bence máté levente dániel ádám erzsébet ilona katalin éva zsuzsanna judit ágnes andrea erika krisztina mónika eszter réka nóra dóra boglárka
ahmet mehmet ali mustafa hüseyin ibrahim ismail osman yusuf murat ömer ramazan halil süleyman abdullah mahmut salih kemal recep orhan serkan burak cem deniz kaan ayşe fatma emine hatice zeynep elif meryem şerife sultan hanife merve özlem yasemin esra büşra sevgi gül
александр дмитрий сергей андрей алексей иван михаил николай владимир евгений павел максим денис антон артем роман игорь олег юрий виктор василий григорий константин илья кирилл никита егор станислав вячеслав борис
елена ольга наталья анна татьяна ирина екатерина мария светлана юлия анастасия дарья людмила галина надежда валентина вера любовь марина алина ксения полина виктория александра евгения зоя нина раиса олександр сергій андрій микола володимир оксана наталія тетяна юлія тарас богдан ярослав
γιώργος γεώργιος δημήτρης κώστας κωνσταντίνος νίκος νικόλαος γιάννης ιωάννης παναγιώτης βασίλης χρήστος μιχάλης μαρία ελένη κατερίνα αικατερίνη βασιλική σοφία αγγελική γεωργία δήμητρα άννα ευαγγελία georgios dimitrios konstantinos nikolaos ioannis panagiotis vasileios christos eleni katerina aikaterini vasiliki angeliki dimitra
andrei alexandru mihai ionuț cristian florin adrian bogdan gheorghe vasile nicolae elena ioana mihaela cristina alina simona raluca roxana gabriela stoyan dimitar georgi petar hristo nikolay ivanka mariya yordanka desislava marko ivan josip luka ante mate petra ivana marija josipa katarina nikola milan dragan jelena milica
siti budi agus dewi sri eko andi rina yanti wahyu hendra bambang joko slamet rizky putri ayu indah fitri nur muhammad dian rudi sari ratna wulan bayu dimas galih maya lestari
nguyễn văn thị minh hương lan hoa tuấn dũng hùng thảo trang linh ngọc quang đức phương mai hà hải long nam thành trung dung huy khánh anh thu hiền thủy yến
aarav vihaan aditya vivaan reyansh ananya diya saanvi aadhya kavya rohan karan nikhil siddharth manish ajay ashok mahesh dinesh mukesh gaurav harish deepak kiran meena rekha usha seema geeta shanti radha jyoti swati shreya ishaan krishna lakshya divya nisha ritu anjana
thabo sipho nomsa thandi lerato kagiso bongani themba zanele nkosinathi precious blessing chinedu emeka ngozi chioma adebayo oluwaseun temitope ifeoma kwame kofi ama akosua kwabena juma wanjiku njeri otieno
محمد احمد أحمد علي عمر خالد عبدالله حسن حسين فاطمة عائشة مريم زينب نورة سارة ليلى إبراهيم يوسف سعيد خديجة mahmoud khaled tarek youssef nour salma heba rania samir hala dalia karim nadia rasha walid amr sami farah yara ziad
דוד משה יוסף אברהם יעקב שרה רחל מרים אסתר חנה נועה תמר איתי עומר יונתן avraham moshe yosef noa tamar itay yonatan shira yael
ximena valeria regina renata sofia emiliano mateo sebastián leonardo santiago diego gael iker benjamín vicente martín agustín joaquín tomás florencia josefina isidora trinidad magdalena constanza catalina antonella maximiliano facundo lautaro thiago bautista milagros
enzo noé gaspard augustin gaston eugène marcel lucien rené odette suzanne simone yvette margaux clémence capucine éléonore anaïs laetitia noémie océane agathe
fleur lieke noor tess saar lotte femke roos sophie emma julia mila zoë bram levi finn milan luuk jesse thijmen sem stijn niels wouter koen dirk
haruka ren sota riku mei aoi yuna akira naoki daiki yosuke tomoya asuka kumiko naoko mayumi tomoko miho jisoo minjun seojun jiwoo seoyeon haeun yuna jihoon minji hyejin eunji sungmin`
	moreSurnames = `rossi russo ferrari esposito bianchi romano colombo ricci marino greco bruno gallo conti deluca mancini costa giordano rizzo lombardi moretti barbieri fontana santoro mariani rinaldi caruso ferrara galli martini leone longo gentile martinelli vitale lombardo serra coppola marchetti parisi villa conte ferraro fabbri monti
virtanen korhonen mäkinen nieminen mäkelä hämäläinen laine heikkinen koskinen järvinen lehtonen lehtinen saarinen salminen heinonen niemi heikkilä kinnunen salonen turunen laitinen tuominen rantanen karjalainen jokinen mattila savolainen lahtinen ahonen
nielsen jensen hansen pedersen andersen christensen larsen sørensen rasmussen jørgensen petersen madsen kristensen olsen thomsen christiansen poulsen johansen møller mortensen knudsen
johansson andersson karlsson nilsson eriksson larsson olsson persson svensson gustafsson pettersson jonsson jansson hansson bengtsson jönsson lindberg jakobsson magnusson olofsson lindström lindqvist berglund sandberg
berg haugen hagen johannessen andreassen jacobsen halvorsen dahl eide lund henriksen sørensen moen strand solberg bakken
novák svoboda novotný dvořák černý procházka kučera veselý horák němec pokorný marek pospíšil hájek jelínek král růžička beneš fiala sedláček nováková svobodová novotná dvořáková černá kučerová veselá horáková němcová
nagy kovács tóth szabó horváth varga kiss molnár németh farkas balogh papp takács juhász lakatos mészáros oláh simon rácz fekete szilágyi
yılmaz kaya demir çelik şahin yıldız yıldırım öztürk aydın özdemir arslan doğan kılıç aslan çetin kara koç kurt özkan şimşek polat korkmaz erdoğan güneş acar
иванов смирнов кузнецов попов васильев петров соколов михайлов новиков федоров морозов волков алексеев лебедев семенов егоров павлов козлов степанов николаев орлов андреев макаров никитин захаров зайцев соловьев борисов яковлев
иванова смирнова кузнецова попова васильева петрова соколова михайлова новикова федорова морозова волкова шевченко коваленко бондаренко ткаченко кравченко олійник шевчук коваль поліщук ivanov smirnov kuznetsov popov petrov sokolov volkov ivanova petrova kovalenko shevchenko bondarenko
παπαδόπουλος παππάς καραγιάννης βλάχος ιωαννίδης οικονόμου παπαγεωργίου μακρής κωνσταντινίδης δημητρίου παπαδοπούλου γεωργίου papadopoulos pappas vlachos georgiou ioannidis dimitriou
popescu ionescu popa radu dumitru stan stoica gheorghe matei ciobanu rusu munteanu ivanov georgiev dimitrov petrov nikolov hristov todorov horvat kovačević babić marić jurić novak kovačić knežević jovanović petrović nikolić marković đorđević
kumar sharma singh verma gupta mehta patel reddy iyer nair menon rao das bose chatterjee banerjee mukherjee ghosh agarwal jain joshi desai shah kapoor malhotra chopra khanna bhatt pillai naidu yadav mishra pandey tiwari thakur chauhan saxena srivastava kulkarni
nguyen tran le pham hoang phan vu dang bui do ho ngo duong ly nguyễn trần lê phạm hoàng huỳnh phan vũ đặng bùi đỗ hồ ngô dương lý wijaya santoso setiawan susanto kusuma hidayat saputra pratama lestari siregar nasution sitompul gunawan suryani
kim lee park choi jung kang cho yoon jang lim han shin seo kwon hwang ahn song yoo hong zhang wang li liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie tang sato suzuki takahashi tanaka watanabe ito yamamoto nakamura kobayashi kato yoshida yamada sasaki yamaguchi matsumoto inoue kimura hayashi shimizu yamazaki mori abe ikeda hashimoto
dlamini nkosi ndlovu khumalo mokoena naidoo botha vandermerwe pretorius okafor adeyemi okonkwo balogun mensah owusu mwangi kamau ochieng hassan ahmed mohamed ali ibrahim khalil haddad mansour saleh farouk nasser aziz cohen levi mizrahi peretz biton dahan friedman כהן לוי מזרחי פרץ
jansen devries bakker visser smit meijer mulder bos vos peters hendriks dekker dijkstra brouwer dewit vanderberg vandenberg janssen kok jacobs vermeulen peeters maes willems claes goossens wouters
müller schmidt fischer weber meyer wagner becker schulz hoffmann schäfer koch richter klein wolf schröder neumann schwarz braun zimmermann krüger hofmann hartmann lange werner krause lehmann köhler maier herrmann könig walter mayer huber kaiser fuchs peters scholz möller weiß jung hahn schubert vogel friedrich keller günther frank winkler roth beck lorenz baumann albrecht schuster simon ludwig böhm winter kraus schumacher krämer vogt stein jäger otto groß seidel heinrich brandt haas schreiber graf dietrich ziegler kuhn kühn pohl engel horn busch bergmann voigt sauer arnold wolff pfeiffer
martin bernard dubois robert petit durand leroy moreau laurent lefebvre michel garcia david bertrand roux vincent fournier morel girard andré lefèvre mercier dupont lambert bonnet françois martinez legrand garnier faure rousseau blanc guérin müller henry roussel perrin morin mathieu clément gauthier dumont lopez fontaine chevalier robin masson sanchez gérard nguyen boyer denis lemaire
silva santos oliveira souza lima pereira ferreira alves ribeiro rodrigues gomes martins barbosa almeida nascimento araújo melo carvalho soares fernandes costa cardoso teixeira moreira correia mendes nunes moraes pinto lopes dias castro campos vieira monteiro
gonzález rodríguez fernández lópez martínez sánchez pérez gómez martín jiménez hernández díaz álvarez muñoz alonso gutiérrez romero navarro torres domínguez gil vázquez serrano blanco molina suárez ortega delgado castro ortiz rubio marín sanz iglesias núñez medina garrido ramírez cortés castillo lozano guerrero cano méndez cruz flores herrera peña rojas vargas contreras sepúlveda morales fuentes valenzuela araya espinoza tapia reyes bravo figueroa aguilar juárez mendoza chávez ávila estrada salazar velázquez domínguez maldonado
kowalski nowak wiśniewski wójcik kowalczyk kamiński lewandowski zieliński szymański woźniak dąbrowski kozłowski jankowski mazur kwiatkowski krawczyk kaczmarek piotrowski grabowski zając pawłowski michalski kowalska nowakowska wiśniewska kamińska lewandowska zielińska szymańska dąbrowska`
)

// Personal names in scripts that do not space words begin with one of few surnames; Japanese ones are two words.
var (
	hanName    = Check{Name: "name.han", MinLen: 2, MaxLen: 4, Pattern: `([王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕丁任沈姚卢盧姜崔钟譚谭陆陸汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤]|欧阳|司马|诸葛)[^ -~]{1,2}`}
	hangulName = Check{Name: "name.hangul", MinLen: 2, MaxLen: 5, Pattern: `([김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁]|남궁|황보|선우) ?[가-힣]{1,2}`}
	kanjiName  = Check{Name: "name.kanji", MinLen: 3, MaxLen: 12, Pattern: `[一-龠々ぁ-んァ-ヶー]{1,5}[ 　][一-龠々ぁ-んァ-ヶー]{1,5}`}
)

// sportCodes are the three letters by which sports federations call countries where they are not ISO 3166's.
const sportCodes = `alg ang ant aru asa bah ban bar ber bhu biz bot bru bul bur cam cay cgo cha chi crc cro den ecs eng esa fij fra gam gbs ger gre grn gua gui guy hai hon inh ina iri isv iva kos ksa kuw lat lba leb les lib mad mas maw mgl mya mon moz mtn nca ned ngr nep nig nir oma par phi plw por pur rsa sam sco sey sin slo sol sri sud sui tan tog tpe tri uae urs uru van vie vin wal zam zim zan`

// commonDiagnoses are codes of the ICD-10 that records have most: shelves and rooms are numbered evenly, illnesses are not.
const commonDiagnoses = `i10 e11.9 e11.65 e11.22 e11.40 e11.8 e10.9 e78.5 e78.00 e78.0 e78.2 e03.9 e66.9 e66.01 e55.9 e86.0 e87.6 e61.1 d64.9 d50.9 z00.00 z00.0 z00.129 z23 z12.31 z01.419 z79.4 z79.899 z51.11 z51.1 z34.90 z30.9 z20.822 z20.828
z71.3 z72.0 z87.891 z88.0 j06.9 j18.9 j45.909 j45.9 j45.901 j44.9 j44.1 j20.9 j02.9 j01.90 j30.9 j32.9 j03.90 j11.1 j00 j40 m54.5 m54.50 m54.2 m54.9 m25.50 m25.511 m25.512 m25.561 m25.562 m79.1 m79.7 m17.9 m17.11 m17.12 m16.9 m19.90 m81.0 m06.9 m10.9
m75.1 m77.1 r05 r05.9 r07.9 r10.9 r10.84 r50.9 r51 r51.9 r53.83 r42 r55 r06.02 r11.2 r73.03 r73.9 r31.9 r35.0 r60.9 r63.4 k21.9 k59.00 k59.0 k29.70 k29.7 k57.30 k52.9 k58.9 k76.0 k80.20 k80.2 k40.90 k40.9 k35.80 k35.8 k50.90 k51.90 k02.9
n39.0 n18.3 n18.30 n18.9 n18.6 n20.0 n40.0 n40.1 n76.0 n92.0 n17.9 i25.10 i25.1 i48.91 i48.0 i48.9 i50.9 i50.22 i63.9 i21.9 i21.4 i20.9 i73.9 i83.90 i95.9 i11.9 i12.9 i26.99 i64 f32.9 f32.1 f33.1 f33.9 f33.0 f41.1 f41.9 f43.10 f43.1 f43.2 f43.20
f90.0 f90.9 f10.20 f10.2 f17.210 f17.2 f20.9 f31.9 f84.0 f03.90 f45.9 g43.909 g43.9 g47.33 g47.00 g40.909 g40.9 g20 g30.9 g35 g56.00 g56.0 g89.29 h10.9 h25.9 h26.9 h40.9 h52.4 h52.1 h66.90 h66.9 h61.20 h81.1 h90.3 l20.9 l30.9 l40.0 l40.9 l70.0 l50.9
l03.90 l57.0 l23.9 b34.9 b37.9 b02.9 b35.1 b20 a09 a41.9 a49.9 a08.4 u07.1 c50.919 c50.9 c50.911 c61 c34.90 c34.9 c18.9 c43.9 c44.91 c73 c64.9 c85.9 d22.9 d25.9 d12.6 d69.6 o80 o09.90 o26.9 o82 p07.3 s93.40 s93.4 s06.0 s06.0x0a s61.0 s01.81xa
s72.001a s72.0 s52.5 s82.6 s83.5 t14.9 t78.40xa t78.4 w19.xxxa q21.1 q90.9`
